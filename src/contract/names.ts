/** What names may be made of, as text for `new RegExp` and for JSON schemas: forms and the gateway accept the same. */
export const namePatterns = {
  /** A DNS-1123 label: CronJobs and functions; at most {@link longestName} characters. */
  resource: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
  /**
   * An environment variable, plain or with the value of a secret. Every Kubernetes takes these; those since 1.30 take
   * more, which no shell could read.
   */
  variable: '^[-._A-Za-z][-._A-Za-z0-9]*$',
  /** The name of a secret: a DNS-1123 subdomain. */
  secret: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$',
  /** A key of a secret. */
  dataKey: '^[-._a-zA-Z0-9]+$',
  /** `SECRET/KEY`. */
  secretKey: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?/[-._a-zA-Z0-9]+$',
  /** A registry with folders, to push to: a host, a port, and folders; without scheme, tag and digest. */
  registry: '^[A-Za-z0-9.-]+(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*/?$',
  /** A registry, with its port or without. */
  registryHost: '^([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]+)?$',
  /** A path from the root of a machine on. */
  absolutePath: '^(/|[A-Za-z]:[\\\\/])',
  /** An address over http or https, without path, query and credentials. */
  origin: '^https?://[^\\s/?#@]+/?$',
} as const

/** What {@link namePatterns} allow, in words. */
export const nameWords = {
  resource: 'Lower-case letters, digits and "-"',
  /** Of `resource` and of the name of a secret, behind what says how long it may be. */
  ends: 'begins and ends with a letter or a digit',
  variable: 'letters, digits, "_", "-" and ".", no digit first',
} as const

/** The most characters of a namespace (RFC 1123). */
export const longestNamespace = 63

/** What Kubernetes leaves of 63 characters for a CronJob, whose Jobs get a suffix. */
export const longestName = 52
