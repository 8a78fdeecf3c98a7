/** How to get a program that records or plays, in the words of the package managers. */
interface Packages {
  readonly debian?: string;
  readonly fedora?: string;
  readonly arch?: string;
  readonly brew?: string;
  readonly winget?: string;
}

const PULSE: Packages = { debian: 'pulseaudio-utils', fedora: 'pulseaudio-utils', arch: 'libpulse' };
const PIPEWIRE: Packages = { debian: 'pipewire-bin', fedora: 'pipewire-utils', arch: 'pipewire-audio' };
const ALSA: Packages = { debian: 'alsa-utils', fedora: 'alsa-utils', arch: 'alsa-utils' };
const SOX: Packages = {
  debian: 'sox libsox-fmt-all',
  fedora: 'sox',
  arch: 'sox',
  brew: 'sox',
  winget: 'ChrisBagwell.SoX',
};
const FFMPEG: Packages = {
  debian: 'ffmpeg',
  fedora: 'ffmpeg-free',
  arch: 'ffmpeg',
  brew: 'ffmpeg',
  winget: 'Gyan.FFmpeg',
};

const PACKAGES: Readonly<Record<string, Packages>> = {
  parec: PULSE,
  pacat: PULSE,
  pactl: PULSE,
  'pw-record': PIPEWIRE,
  'pw-play': PIPEWIRE,
  'pw-cat': PIPEWIRE,
  'pw-dump': PIPEWIRE,
  arecord: ALSA,
  aplay: ALSA,
  rec: SOX,
  play: SOX,
  sox: SOX,
  ffmpeg: FFMPEG,
  ffplay: FFMPEG,
};

/** What to type to get `program`, one way per system that has it; for a person to read. */
export function installHint(program: string, platform: NodeJS.Platform): string {
  const { debian, fedora, arch, brew, winget } = PACKAGES[program] ?? {};
  if (platform === 'darwin' && brew !== undefined) return `brew install ${brew}`;
  if (platform === 'win32' && winget !== undefined) return `winget install ${winget}`;
  const ways: string[] = [];
  if (debian !== undefined) ways.push(`Debian, Ubuntu: apt install ${debian}`);
  if (fedora !== undefined) ways.push(`Fedora: dnf install ${fedora}`);
  if (arch !== undefined) ways.push(`Arch: pacman -S ${arch}`);
  return ways.length === 0 ? `install ${program}` : ways.join('; ');
}
