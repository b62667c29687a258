import { packageManagers } from '../packageManagers.ts'

/** What keeps this machine from a better sandbox, and what mends it. */
export interface SandboxProblem {
  /** One sentence. */
  readonly what: string
  /** One command, where one mends it. */
  readonly mend?: string
}

/** A package whose name is everywhere the same; `hasProgram` tells which package manager there is. */
function missing(what: string, name: string, hasProgram: (name: string) => boolean): SandboxProblem {
  const install = packageManagers.find(([program]) => hasProgram(program))?.[1]
  return { what, ...(install === undefined ? {} : { mend: `${install} ${name}` }) }
}

/** Bubblewrap is not there; `hasProgram` tells which package manager is. */
export const bubblewrapMissing = (hasProgram: (name: string) => boolean): SandboxProblem =>
  missing('bubblewrap is not installed.', 'bubblewrap', hasProgram)

/** Perl is not there, or nothing can be supervised with it: what that means for `whom`. */
export function perlMissing(whom: 'landlock' | 'guard', hasProgram: (name: string) => boolean): SandboxProblem {
  const what = {
    landlock: 'Landlock can not be used: perl, which sets it up, is missing or does not work.',
    guard:
      'perl is missing or does not work: what is left when the gateway is killed runs on until the next gateway starts.',
  }[whom]
  return hasProgram('perl') ? { what } : missing(what, 'perl', hasProgram)
}

/** The user asked for less than the machine may have. */
export const turnedDown = (best: 'landlock' | 'none'): SandboxProblem => ({
  what: `HKS_SANDBOX is set to ${best}: ${best === 'none' ? 'no sandbox' : 'nothing stricter'} is looked for.`,
})

/** The problem as root can mend it, who may have no sudo. */
export const forRoot = ({ what, mend }: SandboxProblem): SandboxProblem => ({
  what,
  ...(mend === undefined ? {} : { mend: mend.replace(/^sudo /, '') }),
})

/** What bubblewrap said when it could not make a sandbox, as a problem that can be mended. */
export function bubblewrapFailed(said: string): SandboxProblem {
  const text = said.trim()
  if (/max_\w+_namespaces|ENOSPC|No space left on device/.test(text)) {
    return {
      what: 'User namespaces are disabled on this machine (user.max_user_namespaces is 0 or used up).',
      mend: 'sudo sysctl -w user.max_user_namespaces=15000',
    }
  }
  if (/No permissions to create (a )?new namespace/.test(text)) {
    return {
      what: 'This system lets only root make user namespaces (kernel.unprivileged_userns_clone is 0).',
      mend: 'sudo sysctl -w kernel.unprivileged_userns_clone=1',
    }
  }
  if (/setting up uid map: Permission denied|loopback: Failed RTM_NEWADDR/.test(text)) {
    return {
      what: 'AppArmor keeps programs from making user namespaces, as on Ubuntu 24.04 and later.',
      mend: "sudo sh -c 'apt-get install -y apparmor-profiles && cp /usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/ && apparmor_parser -r /etc/apparmor.d/bwrap-userns-restrict'",
    }
  }
  if (/Can't mount proc/.test(text)) {
    return {
      what: 'This container may not mount /proc: it has to be started with --security-opt systempaths=unconfined.',
    }
  }
  return { what: `bubblewrap can not make a sandbox: ${text || 'it said nothing.'}` }
}

/** The system is not Linux. */
export const systemUnknown: SandboxProblem = { what: 'There is no sandbox for this system yet: it needs Linux.' }

/** The processor has no table of system calls. */
export const processorUnknown = (architecture: string): SandboxProblem => ({
  what: `The filter of system calls knows x64 and arm64, not ${architecture}.`,
})

/** The gateway runs as root, whose processes the kernel does not count. */
export const rootGateway: SandboxProblem = {
  what: 'The gateway runs as root: the kernel does not limit the number of its processes, the gateway itself does, within 50 ms. Run it as an ordinary user.',
}

/** Neither bubblewrap nor Landlock. */
export const landlockMissing = (why: string): SandboxProblem => ({ what: `Landlock can not be used: ${why}` })
