import { invalidField } from '../../../../contract/errors.ts'
import type { FunctionSpec } from '../../../domain/function.ts'

/** The platform finds processes by them. */
const reservedVariables = ['HKS_RUN_ID', 'HKS_HOME_ID']

/** @throws HksError INVALID_REQUEST naming the variable or secret */
export function refuseReserved({ environment, secrets }: FunctionSpec): void {
  for (const name of reservedVariables) {
    if (name in environment) throw invalidField(`environment.${name}`, environment[name], 'is reserved.')
    const at = secrets.findIndex(secret => secret.name === name)
    if (at >= 0) throw invalidField(`secrets.${at}.name`, name, 'is reserved.')
  }
}
