import { randomUUID } from 'node:crypto';
import { mkdir, readdir, stat, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join, posix, relative, resolve, sep, win32 } from 'node:path';
import { type OpenSoundOptions, openSound, SoundRecorder, type SoundSource } from '../../audio/index.js';
import type { BridgeClient, SpeechEnd } from '../../client/index.js';
import { parseSharedDir, type SharedDir } from '../../config/index.js';
import { BYTES_PER_MS } from '../../protocol/index.js';
import { RequestError } from '../../runtime/index.js';
import { closeLink } from '../closing.js';
import { type CommandContext, textArg, textListArg } from '../context.js';
import { connectDaemon } from '../daemon-connection.js';
import { EXIT } from '../exit-codes.js';
import { printableJson } from '../printable.js';
import { Progress } from '../progress.js';
import { soundOptions } from '../speaking.js';

/** MMDAgent-EX skips files of 60 s and more without a word. */
const MAX_FILE_MS = 60_000;
const PART_MS = 50_000;
/** Parts left behind by a command that was killed are older than any that is still to be spoken. */
const STALE_MS = 3_600_000;
const TEMPORARY = /^mmdagent-bridge-[a-zA-Z0-9-]+\.wav$/;

/** One thing for MMDAgent-EX to play: a file it sees under `path`. */
interface Part {
  readonly path: string;
  readonly durationMs: number;
  readonly temporaryFile?: string;
}

/**
 * `speak-file FILE…`: MMDAgent-EX plays the files by itself (`SPEAK_START`).
 *
 * A file it can see as it is (below 60 s, in the shared folder) is named to it; everything else is decoded and laid into the
 * shared folder in parts below 60 s, which the daemon removes as each has been spoken.
 */
export async function speakFile(context: CommandContext): Promise<number> {
  const { config } = context.resolved;
  const shared = config.sharedDir === undefined ? undefined : parseSharedDir(config.sharedDir);
  const options = soundOptions(context.args);
  await removeStale(shared?.local ?? tmpdir());
  const connection = await connectDaemon(context);
  let lane: string | undefined;
  try {
    for (const file of textListArg(context.args, 'files')) {
      const parts = context.args['on-peer'] === true ? peerFile(file) : partsOf(file, shared, options);
      for await (const part of parts) {
        if (context.io.drain.aborted) return EXIT.interrupted;
        const spoken = await speakPart(context, connection.client, file, part);
        lane = spoken.lane;
        if (spoken.end.reason === 'failed') throw spoken.end.error ?? new Error('The utterance failed');
        if (spoken.end.reason === 'interrupted') return EXIT.interrupted;
      }
    }
    if (context.args['close'] === true && lane !== undefined)
      await closeLink(context, connection.client, lane);
  } finally {
    await connection.leave();
  }
  return EXIT.ok;
}

async function speakPart(
  context: CommandContext,
  client: BridgeClient,
  file: string,
  part: Part,
): Promise<{ lane: string; end: SpeechEnd }> {
  const { config, origins } = context.resolved;
  const ifBusy = textArg(context.args, 'if-busy') as 'queue' | 'interrupt' | 'fail' | undefined;
  const handle = await client
    .speakFile({
      file: part.path,
      durationMs: part.durationMs,
      ...(part.temporaryFile === undefined ? {} : { temporaryFile: part.temporaryFile }),
      ...(config.lane === undefined ? {} : { lane: config.lane }),
      ...(origins.model === 'default' ? {} : { model: config.model }),
      ...(ifBusy === undefined ? {} : { ifBusy }),
      ...(origins.readyTimeoutMs === 'default' ? {} : { readyTimeoutMs: config.readyTimeoutMs }),
    })
    .catch(async (error: unknown) => {
      if (part.temporaryFile !== undefined) await unlink(part.temporaryFile).catch(() => {});
      throw error;
    });
  const progress = new Progress(context, file, handle);
  const onDrain = (): void => void handle.interrupt().catch(() => {});
  context.io.drain.addEventListener('abort', onDrain, { once: true });
  try {
    const end = await handle.ended;
    if (context.args['json'] === true) {
      context.print(
        printableJson({
          file,
          lane: handle.lane,
          path: part.path,
          reason: end.reason,
          heardMs: end.heardMs,
        }),
      );
    }
    return { lane: handle.lane, end };
  } finally {
    context.io.drain.removeEventListener('abort', onDrain);
    progress.close();
  }
}

/** A file on MMDAgent-EX's machine that this one cannot see: its length is not known here. */
async function* peerFile(path: string): AsyncGenerator<Part> {
  yield { path, durationMs: MAX_FILE_MS - 100 };
}

async function* partsOf(
  file: string,
  shared: SharedDir | undefined,
  options: OpenSoundOptions,
): AsyncGenerator<Part> {
  const sound = await openSound(file, options);
  try {
    const path = pathForPeer(resolve(file), shared);
    const isPlain =
      options.rawFormat === undefined && options.gainDb === undefined && options.loudnessLufs === undefined;
    const durationMs = sound.durationMs;
    if (
      isPlain &&
      path !== undefined &&
      durationMs !== undefined &&
      durationMs > 0 &&
      durationMs < MAX_FILE_MS
    ) {
      yield { path, durationMs };
      return;
    }
    yield* cutUp(sound, shared);
  } finally {
    await sound.close();
  }
}

async function* cutUp(sound: SoundSource, shared: SharedDir | undefined): AsyncGenerator<Part> {
  const directory = shared?.local ?? tmpdir();
  await mkdir(directory, { recursive: true });
  const frames = sound.frames()[Symbol.asyncIterator]();
  let carried: Uint8Array = new Uint8Array(0);
  for (;;) {
    const local = join(directory, `mmdagent-bridge-${process.pid}-${randomUUID()}.wav`);
    const recorder = await SoundRecorder.create(local, { maxBufferedBytes: 2 * PART_MS * BYTES_PER_MS });
    let bytes = 0;
    let isLast = false;
    while (bytes < PART_MS * BYTES_PER_MS) {
      const next = carried.byteLength > 0 ? { done: false as const, value: carried } : await frames.next();
      if (next.done === true) {
        isLast = true;
        break;
      }
      const take = Math.min(next.value.byteLength, PART_MS * BYTES_PER_MS - bytes);
      recorder.write(next.value.subarray(0, take));
      // The source uses its block again.
      carried = next.value.slice(take);
      bytes += take;
    }
    await recorder.close();
    if (bytes === 0) await unlink(local);
    else
      yield {
        path: pathForPeer(local, shared) ?? local,
        durationMs: bytes / BYTES_PER_MS,
        temporaryFile: local,
      };
    if (isLast) return;
  }
}

/**
 * The path of `file` as MMDAgent-EX sees it; undefined when it lies outside the shared folder. Without a shared folder both
 * see the same files.
 *
 * @throws {RequestError} BRIDGE_ERR_PATH_MAPPING - a character that MMDAgent-EX cannot take.
 */
export function pathForPeer(file: string, shared: SharedDir | undefined): string | undefined {
  if (/[|\u0000-\u001f]/.test(file)) {
    throw new RequestError(
      'BRIDGE_ERR_PATH_MAPPING',
      `Expected a path without "|" and control characters, got ${JSON.stringify(file)}`,
    );
  }
  if (shared === undefined) return file;
  const inside = relative(resolve(shared.local), file);
  if (inside.startsWith('..') || isAbsolute(inside)) return undefined;
  const flavour = /^[a-zA-Z]:|\\/.test(shared.remote) ? win32 : posix;
  return flavour.join(shared.remote, ...inside.split(sep));
}

async function removeStale(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  for (const name of names.filter((candidate) => TEMPORARY.test(candidate))) {
    const path = join(directory, name);
    const state = await stat(path).catch(() => undefined);
    // A time of the file system, compared with the file system's own: no clock of ours.
    if (state !== undefined && Date.now() - state.mtimeMs > STALE_MS) await unlink(path).catch(() => {});
  }
}
