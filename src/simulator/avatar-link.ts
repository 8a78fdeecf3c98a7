import type { MouthMorph } from './face-drive.js';
import type { SoundVerb } from './wire-parser.js';

/** What an `__AV…` line asks the program to do beyond the avatar's own state. */
export type AvatarRequest =
  | { readonly kind: 'none' }
  | { readonly kind: 'message'; readonly line: Uint8Array }
  | { readonly kind: 'exMorph'; readonly values: readonly (readonly [MouthMorph, number])[] }
  | { readonly kind: 'autoLipsOff' };

/** Sound that comes too early on a dialled connection loses this much [peer-facts 2: ~105 ms]. */
const EARLY_LOSS_SAMPLES = 1680;
/**
 * Measured: lost after 0.3 s, nothing after 1.0 s; the recogniser that takes it is ready after 0.13 to 0.45 s. Less than the second that
 * senders are told to wait: both ends see the connection at different moments, on a busy machine by some 100 ms.
 */
const EARLY_MS = 700;
/** Names in the model's shapemap (`EXMORPH_A あ`, …). */
const SHAPEMAP: ReadonlyMap<string, MouthMorph> = new Map([
  ['A', 'a'],
  ['I', 'i'],
  ['U', 'u'],
  ['O', 'o'],
]);

/** The avatar object the peer makes for each connection: everything set by `__AV…` and `SND…` verbs, gone with the connection. */
export class AvatarLink {
  readonly #connectedAtMs: number;
  readonly #canLoseStart: boolean;
  #isActive = false;
  #isDisabled = false;
  #modelAlias: string | undefined;
  #mode: 'stream' | 'file' = 'stream';
  #isAutoLipsOff = false;
  #earlySamplesLeft: number | undefined;
  #hasWarnedNoModel = false;

  /** @param canLoseStart - the peer dialled, so its recogniser may still be starting (measured there only). */
  constructor(connectedAtMs: number, canLoseStart: boolean) {
    this.#connectedAtMs = connectedAtMs;
    this.#canLoseStart = canLoseStart;
  }

  get modelAlias(): string | undefined {
    return this.#modelAlias;
  }

  get mode(): 'stream' | 'file' {
    return this.#mode;
  }

  get movesMouth(): boolean {
    return this.#isActive && !this.#isDisabled && !this.#isAutoLipsOff;
  }

  /** AVATAR_CONTROL: the avatar ignores its stream of movements while disabled. */
  set isDisabled(isDisabled: boolean) {
    this.#isDisabled = isDisabled;
  }

  setVerb(verb: SoundVerb): void {
    if (verb === 'SNDSTRM') this.#mode = 'stream';
    if (verb === 'SNDFILE') this.#mode = 'file';
  }

  /** True the first time sound is dropped for want of a model. */
  shouldWarnNoModel(): boolean {
    const isFirst = !this.#hasWarnedNoModel;
    this.#hasWarnedNoModel = true;
    return isFirst;
  }

  /** How many of the next `samples` are lost because the connection is too young. */
  takeEarlyLoss(samples: number, nowMs: number): number {
    if (this.#earlySamplesLeft === undefined) {
      const isEarly = this.#canLoseStart && nowMs - this.#connectedAtMs < EARLY_MS;
      this.#earlySamplesLeft = isEarly ? EARLY_LOSS_SAMPLES : 0;
    }
    const lost = Math.min(samples, this.#earlySamplesLeft);
    this.#earlySamplesLeft -= lost;
    return lost;
  }

  /** Executes an `__AV…` line; unknown ones are silently ignored [peer-facts 6]. */
  handle(line: Uint8Array): AvatarRequest {
    const text = new TextDecoder().decode(line);
    const comma = text.indexOf(',');
    const verb = comma < 0 ? text : text.slice(0, comma);
    const value = comma < 0 ? '' : text.slice(comma + 1);
    switch (verb) {
      case '__AV_START':
        this.#isActive = true;
        return message('AVATAR|START');
      case '__AV_END':
        this.#isActive = false;
        return message('AVATAR|END');
      case '__AV_SETMODEL':
        this.#modelAlias = value === '' || value === 'none' ? undefined : value;
        this.#hasWarnedNoModel = false;
        return { kind: 'none' };
      case '__AVCONF_DISABLEAUTOLIP':
        this.#isAutoLipsOff = value === 'ALWAYS';
        return this.#isAutoLipsOff ? { kind: 'autoLipsOff' } : { kind: 'none' };
      case '__AV_MESSAGE':
        return value === '' ? { kind: 'none' } : { kind: 'message', line: line.subarray(verb.length + 1) };
      case '__AV_EXMORPH':
        return this.#isActive ? { kind: 'exMorph', values: exMorphs(value) } : { kind: 'none' };
      default:
        return { kind: 'none' };
    }
  }
}

function exMorphs(list: string): (readonly [MouthMorph, number])[] {
  const values: (readonly [MouthMorph, number])[] = [];
  for (const pair of list.split(',')) {
    const [name = '', rate = ''] = pair.split('=');
    const morph = SHAPEMAP.get(name.trim());
    const value = Number.parseFloat(rate);
    if (morph !== undefined && Number.isFinite(value)) values.push([morph, Math.min(1, Math.max(0, value))]);
  }
  return values;
}

function message(text: string): AvatarRequest {
  return { kind: 'message', line: new TextEncoder().encode(text) };
}
