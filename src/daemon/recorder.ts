import { join } from 'node:path';
import type { UtteranceEnd } from '../avatar/index.js';
import type { Clock, Logger } from '../runtime/index.js';
import { LaneRecorder } from './lane-recorder.js';
import type { UtteranceSource } from './recorded-line.js';

/**
 * `--record DIR`: keeps what each avatar was sent and said, in a folder named by time and lane: sound.wav (all sound, without the
 * silences between utterances) and messages.jsonl (see RecordedLine), so that it can be replayed and exported.
 *
 * A folder begins with the first thing there is to keep. Never in the way: a full disk or a slow one ends the recording of
 * that lane with one warning. Times are those of the clock.
 */
export class LaneRecorders {
  readonly #directory: string | undefined;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #models = new Map<string, string>();
  readonly #lanes = new Map<string, LaneRecorder>();

  constructor(directory: string | undefined, clock: Clock, logger: Logger) {
    this.#directory = directory;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Tells a lane's model, before anything else is told of the lane. */
  watch(lane: string, model: string): void {
    this.#models.set(lane, model);
  }

  /** @param pcm - s16le mono 16 kHz; copied. @param heardAtMs - when its first sample is heard. */
  sound(lane: string, pcm: Uint8Array, nowMs: number, heardAtMs: number): void {
    this.#lane(lane)?.sound(pcm, nowMs, heardAtMs);
  }

  sent(lane: string, text: string): void {
    this.#lane(lane)?.message('sent', text);
  }

  received(lane: string, text: string, isEcho: boolean): void {
    this.#lane(lane)?.message(isEcho ? 'echo' : 'received', text);
  }

  /** A lane that was never connected gets no folder. */
  state(lane: string, status: string): void {
    const isNothing = status === 'disconnected' || status === 'closed';
    const recorder = isNothing ? this.#lanes.get(lane) : this.#lane(lane);
    recorder?.line({ kind: 'state', status });
  }

  started(
    lane: string,
    utterance: { readonly id: number; readonly model: string; readonly source: UtteranceSource },
    heardAtMs: number,
  ): void {
    const recorder = this.#lane(lane);
    const { id, model, source } = utterance;
    recorder?.line({
      kind: 'started',
      utterance: id,
      source,
      model,
      heardAtMs: recorder.sinceBegin(heardAtMs),
    });
  }

  /** @param heardToMs - when the last of its sound that left is heard. */
  ended(lane: string, utterance: number, end: UtteranceEnd, heardToMs: number): void {
    const recorder = this.#lane(lane);
    recorder?.line({
      kind: 'ended',
      utterance,
      reason: end.reason,
      heardMs: Math.round(end.heardMs * 100) / 100,
      heardToMs: recorder.sinceBegin(heardToMs),
      ...(end.reason === 'failed' ? { error: end.error.code } : {}),
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#lanes.values()].map((recorder) => recorder.close()));
  }

  #lane(lane: string): LaneRecorder | undefined {
    if (this.#directory === undefined) return undefined;
    let recorder = this.#lanes.get(lane);
    if (recorder === undefined) {
      const stamp = new Date(this.#clock.wallMs()).toISOString().replace(/[:.]/g, '-');
      recorder = new LaneRecorder({
        directory: join(this.#directory, `${stamp}-${lane}`),
        lane,
        model: this.#models.get(lane) ?? '',
        clock: this.#clock,
        logger: this.#logger,
      });
      this.#lanes.set(lane, recorder);
    }
    return recorder;
  }
}
