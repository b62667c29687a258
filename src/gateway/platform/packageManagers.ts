/** Package managers of Linux by their program, and the command with which each installs a package. */
export const packageManagers = [
  ['apt-get', 'sudo apt-get install -y'],
  ['dnf', 'sudo dnf install -y'],
  ['apk', 'sudo apk add'],
  ['pacman', 'sudo pacman -S --noconfirm'],
  ['zypper', 'sudo zypper install -y'],
] as const
