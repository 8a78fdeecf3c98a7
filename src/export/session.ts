import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OUTPUT_BYTES_PER_MS, openSound } from '../audio/index.js';
import { BridgeError, RequestError } from '../runtime/index.js';
import { instants } from './instants.js';
import { lipModelOf, lipPhonemes } from './lip-phonemes.js';
import { mergeByStart } from './merge.js';
import type { BeginLine } from './session-line.js';
import { type ReadReport, sessionLines } from './session-reader.js';
import { soundSpans } from './sound-spans.js';
import type { Tier, Timeline, TimelineInfo } from './tier.js';
import type { TimelineItem } from './timeline.js';
import { utteranceSpans } from './utterance-spans.js';
import { WallClock } from './wall-clock.js';

export interface SessionInfo extends TimelineInfo {
  readonly folder: string;
  readonly version: number;
  readonly lane: string;
  /** Alias of the lane's model; undefined in recordings of version 1. */
  readonly model: string | undefined;
  /** 1 when the last line was cut off. */
  readonly damagedLines: number;
  /** What the recorder had to leave out. */
  readonly lostLines: number;
  readonly lostSoundMs: number;
}

/** Each has its own pass over the file while it is merged. */
const MAX_LIP_MODELS = 32;

/**
 * A recorded session, read from its files whenever it is asked: nothing but the steps of the wall clock is kept in memory,
 * however long it is.
 */
export class Session implements Timeline {
  readonly info: SessionInfo;
  readonly wall: WallClock;
  readonly #soundMs: number;

  /** @internal See `openSession`. */
  constructor(info: SessionInfo, wall: WallClock, soundMs: number) {
    this.info = info;
    this.wall = wall;
    this.#soundMs = soundMs;
  }

  get about(): Timeline['about'] {
    const { folder: _folder, version, ...about } = this.info;
    return { kind: 'session', recordingVersion: version, ...about };
  }

  get soundFile(): string {
    return join(this.info.folder, 'sound.wav');
  }

  /** What is on a tier, by its start. @throws {RequestError} BRIDGE_ERR_SESSION */
  items(tier: Pick<Tier, 'kind' | 'model'>): AsyncGenerator<TimelineItem, void> {
    return tierItems(linesFile(this.info.folder), tier, this.#soundMs);
  }

  /** All tiers together, by their starts. @throws {RequestError} BRIDGE_ERR_SESSION */
  timeline(): AsyncGenerator<{ readonly tier: Tier; readonly item: TimelineItem }, void> {
    return mergeByStart(this.info.tiers.map((tier) => ({ tier, items: this.items(tier) })));
  }
}

/**
 * Opens the folder of one lane's recording and looks through it once for each tier.
 *
 * @throws {RequestError} BRIDGE_ERR_SESSION - not a recording, or damaged elsewhere than in the last line.
 */
export async function openSession(folder: string): Promise<Session> {
  const file = linesFile(folder);
  const report: ReadReport = { damagedLines: 0 };
  const summary = await summarize(file, report);
  const { begin, wall, models } = summary;
  const soundMs = await soundLengthMs(join(folder, 'sound.wav'), summary.hasSound);
  const tiers: Tier[] = [];
  let endMs = summary.lastMs;
  for (const plan of plannedTiers(begin.model, models)) {
    let count = 0;
    for await (const item of tierItems(file, plan, soundMs)) {
      count++;
      endMs = Math.max(endMs, item.endMs);
    }
    if (count > 0 || plan.isAlways) tiers.push({ name: plan.name, kind: plan.kind, count, ...modelOf(plan) });
  }
  const info: SessionInfo = {
    folder,
    version: begin.version,
    lane: begin.lane,
    model: begin.model,
    monotonicMs: begin.monotonicMs,
    durationMs: Math.ceil(endMs) + 1,
    damagedLines: report.damagedLines,
    lostLines: summary.lostLines,
    lostSoundMs: summary.lostSoundMs,
    tiers,
  };
  return new Session(info, wall, soundMs);
}

interface Summary {
  readonly begin: BeginLine;
  readonly wall: WallClock;
  readonly models: ReadonlySet<string>;
  readonly hasSound: boolean;
  readonly lastMs: number;
  readonly lostLines: number;
  readonly lostSoundMs: number;
}

async function summarize(file: string, report: ReadReport): Promise<Summary> {
  let begin: BeginLine | undefined;
  let wall = new WallClock(0);
  const models = new Set<string>();
  let [hasSound, lastMs, lostLines, lostSoundMs] = [false, 0, 0, 0];
  for await (const line of sessionLines(file, report)) {
    lastMs = Math.max(lastMs, line.atMs);
    if (line.kind === 'begin') {
      begin = line;
      wall = new WallClock(line.wallMs);
    } else if (line.kind === 'clock') {
      wall.step(line.atMs, line.wallMs);
    } else if (line.kind === 'lost') {
      lostLines += line.lostLines;
      lostSoundMs += line.lostSoundMs;
    } else if (line.kind === 'sound') {
      hasSound = true;
    }
    const model = lipModelOf(line);
    if (model !== undefined && models.size <= MAX_LIP_MODELS) models.add(model);
  }
  if (begin === undefined)
    throw new RequestError('BRIDGE_ERR_SESSION', `${file}: expected a beginning, got none`);
  if (models.size > MAX_LIP_MODELS) {
    const what = `expected lips of at most ${MAX_LIP_MODELS} models, got more`;
    throw new RequestError('BRIDGE_ERR_SESSION', `${file}: ${what}`);
  }
  return { begin, wall, models, hasSound, lastMs, lostLines, lostSoundMs };
}

interface PlannedTier extends Omit<Tier, 'count'> {
  readonly isAlways: boolean;
}

function plannedTiers(laneModel: string | undefined, models: ReadonlySet<string>): PlannedTier[] {
  const main = laneModel === undefined || laneModel === '' ? [...models][0] : laneModel;
  const others = [...models].filter((model) => model !== main);
  return [
    { name: 'sound', kind: 'sound', isAlways: true },
    { name: 'utterances', kind: 'utterance', isAlways: true },
    { name: 'lips', kind: 'lip', isAlways: true, model: main ?? '' },
    ...others.map((model) => ({ name: `lips ${model}`, kind: 'lip' as const, isAlways: false, model })),
    { name: 'sent', kind: 'sent', isAlways: true },
    { name: 'received', kind: 'received', isAlways: true },
    { name: 'echoes', kind: 'echo', isAlways: false },
    { name: 'state', kind: 'state', isAlways: false },
    { name: 'lost', kind: 'lost', isAlways: false },
  ];
}

function tierItems(
  file: string,
  tier: Pick<Tier, 'kind' | 'model'>,
  soundMs: number,
): AsyncGenerator<TimelineItem, void> {
  const lines = sessionLines(file);
  switch (tier.kind) {
    case 'sound':
      return soundSpans(lines, soundMs);
    case 'utterance':
      return utteranceSpans(lines);
    case 'lip':
      return lipPhonemes(lines, tier.model ?? '');
    case 'turn':
    case 'turnMark':
      return nothing();
    default:
      return instants(lines, tier.kind);
  }
}

/** Recordings know nothing of turns. */
async function* nothing(): AsyncGenerator<never, void> {}

function modelOf({ model }: PlannedTier): { readonly model: string } | Record<never, never> {
  return model === undefined ? {} : { model };
}

function linesFile(folder: string): string {
  return join(folder, 'messages.jsonl');
}

/** Of sound.wav, which says so itself even after a crash. */
async function soundLengthMs(path: string, hasSound: boolean): Promise<number> {
  if (!hasSound) return 0;
  try {
    const sound = await openSound(path);
    await sound.close();
    return sound.durationMs ?? (await stat(path)).size / OUTPUT_BYTES_PER_MS;
  } catch (error) {
    if (error instanceof BridgeError && error.code === 'BRIDGE_ERR_AUDIO_EMPTY') return 0;
    const text = error instanceof Error ? error.message : String(error);
    throw new RequestError('BRIDGE_ERR_SESSION', `Expected the sound of the recording: ${text}`, {
      cause: error,
    });
  }
}
