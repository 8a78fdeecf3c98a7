import { BEAT_MS, type Beats, clicks } from './beat-sound.js';
import { LipsDrive, type LipsDriveParts } from './lips-drive.js';
import { SoundPlayer } from './sound-player.js';

const COUNT = 60;
const LIGHT_MS = 160;

/** Clicks for a minute, with a mouth and a light that follow them as lips follow a sound. */
export class EarCalibration {
  readonly #parts: Omit<LipsDriveParts, 'player'>;
  readonly player: SoundPlayer;
  readonly drive: LipsDrive;
  #beats: Beats | undefined;

  constructor(parts: Omit<LipsDriveParts, 'player'>) {
    this.#parts = parts;
    this.player = new SoundPlayer(parts.clock, parts.outputs);
    this.drive = new LipsDrive({ ...parts, player: this.player });
  }

  get isPlaying(): boolean {
    return this.player.status === 'playing';
  }

  /** @throws {BridgeError} whose lips to move is not clear, or the bridge is away. The clicks play all the same. */
  async start(): Promise<void> {
    const beats = this.#beats ?? clicks(COUNT);
    this.#beats = beats;
    this.player.load(beats.buffer);
    this.drive.phonemes = beats.phonemes;
    const [played, ready] = await Promise.allSettled([this.player.play(), this.drive.ready()]);
    for (const one of [played, ready]) if (one.status === 'rejected') throw one.reason;
    if (this.isPlaying) this.drive.start(this.player.positionMs);
  }

  async stop(): Promise<void> {
    this.player.stop();
    await this.drive.stop();
  }

  /** How bright the light is, 0 … 1: on where the lips open, fading. */
  light(): number {
    const [first] = this.#beats?.atMs ?? [];
    if (!this.isPlaying || first === undefined) return 0;
    const sinceMs = this.player.positionMs - this.#parts.outputs.offsetMs - first;
    const inBeatMs = ((sinceMs % BEAT_MS) + BEAT_MS) % BEAT_MS;
    return sinceMs >= 0 && inBeatMs < LIGHT_MS ? 1 - 0.6 * (inBeatMs / LIGHT_MS) : 0;
  }
}
