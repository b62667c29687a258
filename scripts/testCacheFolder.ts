import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where the tests keep, from one checkout to the next, what is named by all that it was made of. */
export const testCacheFolder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'hexabase-hks-test')
