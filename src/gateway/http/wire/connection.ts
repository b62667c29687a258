import { toInstant } from '../../../base/instant.ts'
import type { Connection } from '../../../contract/connections.ts'
import type { ConnectionView } from '../../domain/connection.ts'

/** A connection as answers and the watch carry it. */
export const toWireConnection = ({ connection, health }: ConnectionView): Connection => {
  const { kubeconfig, insecureRegistries, createdAt, ...settings } = connection
  return {
    ...settings,
    ...(kubeconfig ? { kubeconfig: [...kubeconfig] } : {}),
    ...(insecureRegistries ? { insecureRegistries: [...insecureRegistries] } : {}),
    ...health,
    ...(createdAt === undefined ? {} : { createdAt: toInstant(createdAt) }),
  }
}
