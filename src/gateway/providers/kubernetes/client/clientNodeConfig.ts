import type { RequestOptions } from 'node:https'
import type { KubeConfig } from '@kubernetes/client-node'
import type { ExecCredentials } from './execCredentials.ts'
import { kubeConfigFault, unreadableFile } from './kubeConfigFiles.ts'
import { proxyOfCluster } from './proxyOf.ts'
import type { ResolvedContext } from './resolveContext.ts'
import { connectionFailed } from './translateError.ts'

/** client-node's own form; what it can not do well (exec, token files) is done here. */
export function clientNodeConfig(
  Config: typeof KubeConfig,
  { name, clusterName, cluster, userName, user }: ResolvedContext,
  environment: Readonly<Record<string, string>>,
  exec: ExecCredentials | undefined,
): KubeConfig {
  const proxyUrl = proxyOfCluster(cluster, environment)
  const base64 = (pem: string) => Buffer.from(pem).toString('base64')
  // Data wins over a file, as in kubectl.
  const given = (data: string | undefined, file: string | undefined, dataKey: string, fileKey: string) =>
    data ? { [dataKey]: data } : file ? { [fileKey]: file } : {}
  const config = new Config()
  config.loadFromOptions({
    clusters: [
      {
        name: clusterName,
        server: cluster.server.replace(/\/$/, ''),
        // It refuses plain http otherwise, which `kubectl proxy` speaks.
        skipTLSVerify: cluster['insecure-skip-tls-verify'] === true || cluster.server.startsWith('http:'),
        ...given(cluster['certificate-authority-data'], cluster['certificate-authority'], 'caData', 'caFile'),
        ...(cluster['tls-server-name'] ? { tlsServerName: cluster['tls-server-name'] } : {}),
        ...(proxyUrl ? { proxyUrl } : {}),
      },
    ],
    users: [
      {
        name: userName,
        ...(exec?.certificate
          ? { certData: base64(exec.certificate), keyData: base64(exec.key!) }
          : {
              ...given(user['client-certificate-data'], user['client-certificate'], 'certData', 'certFile'),
              ...given(user['client-key-data'], user['client-key'], 'keyData', 'keyFile'),
            }),
        ...(user.username ? { username: user.username, password: user.password ?? '' } : {}),
        ...(user['auth-provider'] && !user.exec ? { authProvider: structuredClone(user['auth-provider']) } : {}),
      },
    ],
    contexts: [{ name, cluster: clusterName, user: userName }],
    currentContext: name,
  })
  return config
}

/** Fills in TLS options, agent and headers. @throws HksError CONNECTION_FAILED: a file, a login, a proxy of an unknown kind */
export async function applyConfig(
  config: KubeConfig,
  options: RequestOptions,
  { user, userName }: ResolvedContext,
): Promise<void> {
  try {
    await config.applyToHTTPSOptions(options)
  } catch (error) {
    const { code, path, message } = error as NodeJS.ErrnoException
    if (path !== undefined && code !== undefined) throw unreadableFile(path, error)
    if (user['auth-provider'])
      throw connectionFailed(
        'credentials',
        `The login "${user['auth-provider'].name}" of the user "${userName}" can not be renewed: ${message}`,
        {
          hint: 'Log in again as you do for kubectl.',
          cause: error,
        },
      )
    throw kubeConfigFault(`The kubeconfig can not be used: ${message}`, undefined, error)
  }
}
