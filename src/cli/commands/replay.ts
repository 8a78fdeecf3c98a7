import { join } from 'node:path';
import { openSound } from '../../audio/index.js';
import { type SessionLine, type SoundSpan, sessionLines, soundSpans } from '../../export/index.js';
import { BYTES_PER_MS } from '../../protocol/index.js';
import { SystemClock, sleep } from '../../runtime/index.js';
import { type CommandContext, textArg } from '../context.js';
import { connectDaemon } from '../daemon-connection.js';
import { EXIT } from '../exit-codes.js';
import { printableJson } from '../printable.js';

type SentLine = Extract<SessionLine, { readonly text: string }>;

/** A stretch of sound.wav that is said in one go. */
interface Stretch {
  readonly atMs: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What was heard closer together than this is one utterance with a hitch, which is not repeated. */
const GAP_MS = 200;

/**
 * `replay DIR`: what `--record` kept is said again: each stretch of sound at its time, and the lines that were sent during it tied to
 * the same positions.
 */
export async function replay(context: CommandContext): Promise<number> {
  const directory = textArg(context.args, 'directory') ?? '';
  const file = join(directory, 'messages.jsonl');
  const sent: SentLine[] = [];
  for await (const line of sessionLines(file)) if (line.kind === 'sent') sent.push(line);
  const sound = await openSound(join(directory, 'sound.wav'));
  const pcm = await collect(sound.frames());
  await sound.close();
  const stretches = await joined(soundSpans(sessionLines(file), pcm.byteLength / BYTES_PER_MS));
  const connection = await connectDaemon(context);
  const { lane } = context.resolved.config;
  const clock = new SystemClock();
  const said = { lane, utterances: 0, heardMs: 0 };
  try {
    let startMs = clock.nowMs();
    for (const [index, { atMs, fromMs, toMs }] of stretches.entries()) {
      await sleep(clock, startMs + atMs - clock.nowMs(), context.io.drain);
      const handle = await connection.client.open({
        kind: 'recorded',
        ...(lane === undefined ? {} : { lane }),
      });
      // The first may have had to wait for an avatar; the distances count from when it was said.
      if (index === 0) handle.events.on('started', () => (startMs = clock.nowMs()));
      const isLast = index === stretches.length - 1;
      for (const line of sent) {
        const isHere = line.soundMs >= fromMs && (line.soundMs < toMs || isLast);
        if (isHere && isReplayable(line.text))
          await handle.tie({ atMs: line.soundMs - fromMs, message: line.text });
      }
      await handle.write(pcm.subarray(byteAt(fromMs), byteAt(toMs)), context.io.drain);
      await handle.end();
      const end = await handle.ended;
      if (end.reason === 'failed') throw end.error ?? new Error('The utterance failed');
      said.lane = handle.lane;
      said.utterances++;
      said.heardMs += end.heardMs;
    }
  } finally {
    await connection.leave();
  }
  if (context.args['json'] === true) context.print(printableJson({ directory, ...said }));
  else
    context.say(
      `Said ${said.utterances} of ${stretches.length} stretches of sound, ${(said.heardMs / 1000).toFixed(1)} s`,
    );
  return EXIT.ok;
}

/** Lines of the bridge's own making are made again by it. */
function isReplayable(text: string): boolean {
  return !text.startsWith('BRIDGE_HELLO');
}

async function joined(spans: AsyncIterable<SoundSpan>): Promise<Stretch[]> {
  const stretches: Stretch[] = [];
  let firstMs: number | undefined;
  let endMs = Number.NEGATIVE_INFINITY;
  for await (const { startMs, endMs: spanEndMs, soundStartMs, soundEndMs } of spans) {
    firstMs ??= startMs;
    const last = stretches.at(-1);
    if (last !== undefined && startMs - endMs < GAP_MS) {
      stretches[stretches.length - 1] = { ...last, toMs: soundEndMs };
    } else {
      stretches.push({ atMs: startMs - firstMs, fromMs: soundStartMs, toMs: soundEndMs });
    }
    endMs = spanEndMs;
  }
  return stretches;
}

/** Whole samples. */
function byteAt(positionMs: number): number {
  return 2 * Math.round((positionMs * BYTES_PER_MS) / 2);
}

async function collect(frames: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const frame of frames) parts.push(frame.slice());
  return Buffer.concat(parts);
}
