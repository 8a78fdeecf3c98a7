import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** How the stand-in behaves; changed while it runs by `set`. */
export interface FakeParecPlan {
  /** s16le mono 16 000 Hz that it gives, again and again; digital silence when left out. */
  readonly pcmFile?: string;
  /** It ends at once with this complaint. */
  readonly complaint?: string;
  /** Neither signals nor broken pipes end it. */
  readonly isStubborn?: boolean;
}

export interface FakeParec {
  /** For the programs that shall find it. */
  readonly path: string;
  set(plan: FakeParecPlan): void;
  /** Process ids of every one that was started. */
  pids(): number[];
}

const PROGRAM = `
const { appendFileSync, readFileSync } = require('node:fs');
const plan = JSON.parse(readFileSync(__dirname + '/plan.json', 'utf8'));
appendFileSync(__dirname + '/pids', process.pid + '\\n');
if (plan.complaint !== undefined) {
  process.stderr.write(plan.complaint + '\\n', () => process.exit(1));
} else {
  if (plan.isStubborn) {
    for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGPIPE']) process.on(name, () => {});
    process.stdout.on('error', () => {});
  }
  const sound = plan.pcmFile === undefined ? Buffer.alloc(640) : readFileSync(plan.pcmFile);
  const startedMs = performance.now();
  let frame = 0;
  // By an absolute clock, as a device has it.
  const next = () => {
    while (performance.now() - startedMs >= frame * 20) {
      const at = (frame++ * 640) % (sound.length - (sound.length % 640));
      process.stdout.write(sound.subarray(at, at + 640));
    }
    setTimeout(next, 2);
  };
  next();
}
`;

/** Puts a program named parec into \`directory\`, and before all others on the path. */
export function fakeParec(directory: string, plan: FakeParecPlan = {}): FakeParec {
  const folder = join(directory, 'fake-bin');
  mkdirSync(folder, { recursive: true });
  const program = join(folder, 'parec');
  writeFileSync(program, `#!${process.execPath}\n${PROGRAM}`);
  chmodSync(program, 0o755);
  const set = (next: FakeParecPlan): void => writeFileSync(join(folder, 'plan.json'), JSON.stringify(next));
  set(plan);
  const list = join(folder, 'pids');
  return {
    path: [folder, process.env['PATH'] ?? ''].join(delimiter),
    set,
    pids: () => (existsSync(list) ? readFileSync(list, 'utf8').trim().split('\n').map(Number) : []),
  };
}

/** Whether a process runs; one that ended and that nobody has asked after does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const status = `/proc/${pid}/stat`;
  return !existsSync(status) || !/\) Z /.test(readFileSync(status, 'utf8'));
}
