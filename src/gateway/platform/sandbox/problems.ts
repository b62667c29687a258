/** What keeps this machine from a better sandbox, and what mends it. */
export interface SandboxProblem {
  /** One sentence. */
  readonly what: string
  /** One command, where one mends it. */
  readonly mend?: string
}

/** Package managers by their program, and how each installs bubblewrap. */
const installers = [
  ['apt-get', 'sudo apt-get install -y bubblewrap'],
  ['dnf', 'sudo dnf install -y bubblewrap'],
  ['apk', 'sudo apk add bubblewrap'],
  ['pacman', 'sudo pacman -S --noconfirm bubblewrap'],
  ['zypper', 'sudo zypper install -y bubblewrap'],
] as const

/** Bubblewrap is not there; `hasProgram` tells which package manager is. */
export function bubblewrapMissing(hasProgram: (name: string) => boolean): SandboxProblem {
  const mend = installers.find(([program]) => hasProgram(program))?.[1]
  return { what: 'bubblewrap is not installed.', ...(mend === undefined ? {} : { mend }) }
}

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
