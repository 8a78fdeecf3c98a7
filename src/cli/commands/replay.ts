import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSound } from '../../audio/index.js';
import type { RecordedLine } from '../../daemon/index.js';
import { BYTES_PER_MS } from '../../protocol/index.js';
import { ConfigError, errorText, SystemClock, sleep } from '../../runtime/index.js';
import { type CommandContext, textArg } from '../context.js';
import { connectDaemon } from '../daemon-connection.js';
import { EXIT } from '../exit-codes.js';

type SentLine = Extract<RecordedLine, { readonly text: string }>;

interface Utterance {
  readonly atMs: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * `replay DIR`: what `--record` kept is said again: each stretch of sound at its time, and the lines that were sent during it tied to
 * the same positions.
 */
export async function replay(context: CommandContext): Promise<number> {
  const directory = textArg(context.args, 'directory') ?? '';
  const lines = await readLines(join(directory, 'messages.jsonl'));
  const sent = lines.filter((line): line is SentLine => line.kind === 'sent');
  const sound = await openSound(join(directory, 'sound.wav'));
  const pcm = await collect(sound.frames());
  await sound.close();
  const utterances = stretches(lines, pcm.byteLength / BYTES_PER_MS);
  const connection = await connectDaemon(context);
  const { lane } = context.resolved.config;
  const clock = new SystemClock();
  try {
    const startMs = clock.nowMs();
    for (const [index, { atMs, fromMs, toMs }] of utterances.entries()) {
      await sleep(clock, startMs + atMs - clock.nowMs(), context.io.drain);
      const handle = await connection.client.open({
        kind: 'recorded',
        ...(lane === undefined ? {} : { lane }),
      });
      const isLast = index === utterances.length - 1;
      for (const line of sent) {
        const isHere = line.soundMs >= fromMs && (line.soundMs < toMs || isLast);
        if (isHere && isReplayable(line.text))
          await handle.tie({ atMs: line.soundMs - fromMs, message: line.text });
      }
      await handle.write(pcm.subarray(fromMs * BYTES_PER_MS, toMs * BYTES_PER_MS), context.io.drain);
      await handle.end();
      const end = await handle.ended;
      if (end.reason === 'failed') throw end.error ?? new Error('The utterance failed');
    }
  } finally {
    await connection.leave();
  }
  return EXIT.ok;
}

/** Lines of the bridge's own making are made again by it. */
function isReplayable(text: string): boolean {
  return !text.startsWith('BRIDGE_HELLO');
}

function stretches(lines: readonly RecordedLine[], totalMs: number): Utterance[] {
  const begins = lines.filter((line) => line.kind === 'sound');
  return begins.map((begin, index) => ({
    atMs: begin.atMs - (begins[0]?.atMs ?? 0),
    fromMs: Math.round(begin.soundMs),
    toMs: Math.round(begins[index + 1]?.soundMs ?? totalMs),
  }));
}

async function readLines(path: string): Promise<RecordedLine[]> {
  try {
    return (await readFile(path, 'utf8'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as RecordedLine);
  } catch (error) {
    throw new ConfigError(
      'BRIDGE_ERR_USAGE',
      `Expected a recording made by --record, got ${path}: ${errorText(error)}`,
    );
  }
}

async function collect(frames: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const frame of frames) parts.push(frame.slice());
  return Buffer.concat(parts);
}
