const firstSeconds = 10
const mostSeconds = 360

/**
 * Seconds between the end of a failed attempt and the next: 10, doubled with each failure, at most six minutes
 * (Kubernetes documentation, "Jobs", Pod backoff failure policy).
 */
export const backoffSeconds = (failures: number): number => Math.min(firstSeconds * 2 ** (failures - 1), mostSeconds)
