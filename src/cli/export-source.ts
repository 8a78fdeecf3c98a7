import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { OUTPUT_BYTES_PER_MS, openSound } from '../audio/index.js';
import { alignedWav, clipsWav, openSession, type Timeline } from '../export/index.js';
import { isSessionId, type SessionRecord, type TurnRecording } from '../kept/index.js';
import { BridgeError } from '../runtime/index.js';
import type { CommandContext } from './context.js';
import { conversationTimeline, type MeasuredSound } from './conversation-timeline.js';
import { findSession, isSessionName } from './find-session.js';
import { openFolder, openKeptHere } from './kept-here.js';

/** What `export` reads, whatever kept it. */
export interface ExportSource {
  readonly timeline: Timeline;
  /** Files that it is read from. */
  readonly files: readonly string[];
  /** With the silences put back; undefined: no sound was kept. */
  readonly sound: (() => AsyncGenerator<Uint8Array, void>) | undefined;
  /** `lane chat`, `session 3f2a81c0…` */
  readonly name: string;
  /** What is missing, for people. */
  readonly losses: readonly string[];
  /** The same and more for --json. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** One lane's recording. @throws {RequestError} BRIDGE_ERR_SESSION */
export async function laneSource(folder: string): Promise<ExportSource> {
  const session = await openSession(folder);
  const { lane, damagedLines, lostLines, lostSoundMs } = session.info;
  const losses: string[] = [];
  if (damagedLines > 0)
    losses.push('The last line of the recording was cut off, as a crash leaves it, and was left out');
  if (lostLines > 0 || lostSoundMs > 0)
    losses.push(
      `The recording lacks ${lostLines} lines and ${lostSoundMs} ms of sound: the disk was too slow`,
    );
  return {
    timeline: session,
    files: ['messages.jsonl', 'sound.wav'].map((name) => join(folder, name)),
    sound: () => alignedWav(session),
    name: `lane ${lane}`,
    losses,
    facts: { lane, damagedLines, lostLines, lostSoundMs },
  };
}

/**
 * A kept conversation, by its folder, the file in it, or its id.
 *
 * @returns undefined for what is none of these.
 * @throws {RequestError} BRIDGE_ERR_KEPT
 */
export async function conversationSource(
  context: CommandContext,
  given: string,
): Promise<ExportSource | undefined> {
  const place = await placeOf(given);
  if (place === undefined && !isSessionName(given)) return undefined;
  const { kept, folder } =
    place === undefined ? await openKeptHere(context) : await openFolder(context, dirname(place), 'jsonl');
  try {
    const session = await findSession(kept, place === undefined ? given : basename(place));
    return await sourceOf(session, folder);
  } finally {
    await kept.close();
  }
}

async function sourceOf(session: SessionRecord, folder: string): Promise<ExportSource> {
  const { id, damagedLines, recordings } = session;
  const sounds: MeasuredSound[] = [];
  const losses: string[] = [];
  for (const recording of recordings) {
    const measured = await measure(recording);
    if (typeof measured === 'string') losses.push(measured);
    else if (measured !== undefined) sounds.push(measured);
  }
  if (damagedLines > 0) losses.push(`${damagedLines} damaged lines were left out`);
  const { timeline, clips } = conversationTimeline(session, sounds);
  const hasSound = clips.left.length + clips.right.length > 0;
  return {
    timeline,
    files: [
      join(folder, id, 'turns.jsonl'),
      join(folder, 'conversations.sqlite'),
      ...recordings.map(({ path }) => path),
    ],
    sound: hasSound ? () => clipsWav(timeline.info.durationMs, clips) : undefined,
    name: `session ${id}`,
    losses,
    facts: { session: id, damagedLines, recordings: sounds.length },
  };
}

/** Undefined for one in which nothing is; a text for one that cannot be read. */
async function measure({ turn, side, path }: TurnRecording): Promise<MeasuredSound | string | undefined> {
  try {
    const sound = await openSound(path);
    await sound.close();
    return {
      turn,
      side,
      path,
      durationMs: sound.durationMs ?? (await stat(path)).size / OUTPUT_BYTES_PER_MS,
    };
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    return error.code === 'BRIDGE_ERR_AUDIO_EMPTY' ? undefined : `Left out: ${error.message}`;
  }
}

/** The folder of a session of a `jsonl` store. */
async function placeOf(given: string): Promise<string | undefined> {
  const path = resolve(basename(given) === 'turns.jsonl' ? dirname(given) : given);
  if (!isSessionId(basename(path))) return undefined;
  const isThere = await stat(join(path, 'turns.jsonl')).then(
    (found) => found.isFile(),
    () => false,
  );
  return isThere ? path : undefined;
}
