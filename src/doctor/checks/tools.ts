import type { Check } from '../check.js';
import type { DoctorContext } from '../context.js';
import type { Finding } from '../finding.js';
import { finding } from '../make-finding.js';

/** As package.json's engines say; a test keeps them equal. */
export const OLDEST_NODE = '20.19.0';

interface Programs {
  readonly recorders: readonly string[];
  readonly players: readonly string[];
  /** The shortest way to get one. */
  readonly install: string;
}

/** What the room devices can work with, by platform; the npm package `mic` brings no program of its own. */
const LINUX: Programs = {
  recorders: ['parec', 'pw-record', 'arecord', 'rec', 'ffmpeg'],
  players: ['pacat', 'pw-play', 'aplay', 'play', 'ffplay'],
  install: 'apt install pulseaudio-utils, dnf install pulseaudio-utils, pacman -S libpulse',
};
const MAC: Programs = {
  recorders: ['rec', 'ffmpeg'],
  players: ['play', 'ffplay'],
  install: 'brew install sox',
};
const WINDOWS: Programs = {
  recorders: ['ffmpeg', 'rec', 'sox'],
  players: ['ffplay', 'play', 'sox'],
  install: 'winget install Gyan.FFmpeg',
};

export const nodeCheck: Check = {
  id: 'tools.node',
  area: 'tools',
  timeoutMs: 1000,
  run: async ({ nodeVersion, host }) => {
    if (isOlder(nodeVersion, OLDEST_NODE)) {
      return [finding('tools.nodeOld', 'error', { version: nodeVersion, wanted: OLDEST_NODE })];
    }
    return [finding('tools.node', 'ok', { version: nodeVersion, platform: host.platform })];
  },
};

export const programsCheck: Check = {
  id: 'tools.programs',
  area: 'tools',
  timeoutMs: 3000,
  run: async (context) => {
    const { recorders, players, install } = programsOf(context.host.platform);
    const [recording, playing] = await Promise.all([
      installed(context, recorders),
      installed(context, players),
    ]);
    return [
      recording.length > 0
        ? finding('tools.recorders', 'ok', { programs: recording.join(', ') })
        : finding('tools.noRecorder', 'warning', { programs: recorders.join(', '), install }),
      playing.length > 0
        ? finding('tools.players', 'ok', { programs: playing.join(', ') })
        : finding('tools.noPlayer', 'warning', { programs: players.join(', '), install }),
      ...(await chosenMissing(context)),
    ];
  },
};

async function chosenMissing(context: DoctorContext): Promise<readonly Finding[]> {
  const { inputBackend, outputBackend } = context.resolved.config;
  const chosen = [
    { setting: '--input-backend', program: inputBackend },
    { setting: '--output-backend', program: outputBackend },
  ].filter(({ program }) => program !== 'auto' && program !== 'mic');
  const there = await installed(
    context,
    chosen.map(({ program }) => program),
  );
  return chosen
    .filter(({ program }) => !there.includes(program))
    .map(({ setting, program }) => finding('tools.chosenMissing', 'error', { setting, program }));
}

async function installed({ host }: DoctorContext, programs: readonly string[]): Promise<readonly string[]> {
  const paths = await Promise.all(programs.map((program) => host.find(program)));
  return programs.filter((_, index) => paths[index] !== undefined);
}

function programsOf(platform: NodeJS.Platform): Programs {
  if (platform === 'win32') return WINDOWS;
  return platform === 'darwin' ? MAC : LINUX;
}

function isOlder(version: string, than: string): boolean {
  const [left, right] = [version, than].map((text) =>
    text.split('.').map((part) => Number.parseInt(part, 10)),
  );
  for (const [index, wanted] of (right ?? []).entries()) {
    const part = left?.[index] ?? 0;
    if (part !== wanted) return part < wanted;
  }
  return false;
}
