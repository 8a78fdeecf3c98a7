import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  killInOrder,
  type ProgramHost,
  type RunningProgram,
  StderrTail,
  spawnTied,
} from '../../programs/index.js';
import { type Clock, errorText, orAborted, type Timer } from '../../runtime/index.js';
import type { PictureWay } from './picture-ways.js';

/** A screen of 8K as PNG; a program that gives more gives something else. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

export interface PictureRun {
  readonly host: ProgramHost;
  readonly clock: Clock;
  /** Full path of the program. */
  readonly file: string;
  readonly way: PictureWay;
  readonly signal: AbortSignal;
  /** Given to its standard input. */
  readonly input?: Uint8Array;
}

/**
 * Runs a program that gives one picture.
 *
 * @returns What it wrote.
 * @throws {Error} it failed, in its own words. @throws the signal's reason, after the program was told to end.
 */
export async function runPictureProgram(run: PictureRun): Promise<Uint8Array> {
  if (run.way.writes === 'stdout') return (await finished(run, '')).stdout;
  // A folder of its own: nobody else can put a link in the picture's place.
  const folder = await mkdtemp(join(tmpdir(), 'picture-'));
  try {
    const file = join(folder, 'picture.jpg');
    await finished(run, file);
    const { size } = await stat(file).catch(() => ({ size: 0 }));
    if (size === 0) throw new Error('it wrote no picture');
    if (size > MAX_OUTPUT_BYTES) throw new Error(`it wrote ${size} bytes`);
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function finished(run: PictureRun, picture: string): Promise<{ readonly stdout: Uint8Array }> {
  const { host, clock, file, way, signal, input } = run;
  signal.throwIfAborted();
  const program = await spawnTied(host, { file, args: way.args(picture) }, { stdin: input !== undefined });
  let ending: Timer | undefined;
  const end = (): void => {
    if (ending !== undefined) return;
    program.kill('SIGTERM');
    ending = killInOrder(program, clock, () => {});
  };
  const ended = outcomeOf(program, input, end);
  ended.then(
    () => ending?.cancel(),
    () => ending?.cancel(),
  );
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    return await orAborted(ended, signal);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

function outcomeOf(
  program: RunningProgram,
  input: Uint8Array | undefined,
  end: () => void,
): Promise<{ readonly stdout: Uint8Array }> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    const stderr = new StderrTail(() => {});
    let bytes = 0;
    program.stdout?.on('data', (part: Buffer) => {
      bytes += part.byteLength;
      if (bytes <= MAX_OUTPUT_BYTES) parts.push(part);
      else end();
    });
    program.stderr?.on('data', (part: Buffer) => stderr.push(part));
    program.on('error', (error) => reject(new Error(`it could not be started: ${errorText(error)}`)));
    program.on('close', (code) => {
      if (bytes > MAX_OUTPUT_BYTES) reject(new Error('it gave more than a picture'));
      else if (code === 0) resolve({ stdout: Buffer.concat(parts) });
      else reject(new Error(stderr.text.split('\n').at(-1)?.slice(0, 300) || `it ended with code ${code}`));
    });
    program.stdin?.on('error', () => {});
    if (input !== undefined) program.stdin?.end(input);
  });
}
