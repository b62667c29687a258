/** Whether a text says that it holds a CronJob: cheap, and right of all but the strangest. */
export const saysCronJob = (text: string): boolean => /(^|[\s{,"'])kind["']?\s*:\s*["']?CronJob\b/m.test(text)
