import { Emitter } from '../runtime/emitter.js';
import { byId, make } from './dom.js';
import { Stored } from './stored.js';
import type { Words } from './words.js';

/** How late each loudspeaker is beyond what the browser tells, by the name under which the browser knows it. */
const STORED = new Stored('outputs', { device: '', offsetsMs: {} as Readonly<Record<string, unknown>> });
export const MAX_OFFSET_MS = 400;
const DEFAULT_DEVICE = '';

/** Firefox and Safari play through the system's default only. */
type ChoosingContext = AudioContext & { sinkId?: unknown; setSinkId?: (id: string) => Promise<void> };

/** Which loudspeaker the page's own sound goes to, and how late that one is. */
export class Outputs {
  readonly events = new Emitter<{ changed: [] }>();
  readonly #words: Words;
  readonly #select = byId('lips-output', HTMLSelectElement);
  #device: string;
  #offsetsMs: Readonly<Record<string, unknown>>;
  /** Names as the browser tells them: only to a page that was allowed a microphone. */
  #labels = new Map<string, string>();

  constructor(words: Words) {
    this.#words = words;
    ({ device: this.#device, offsetsMs: this.#offsetsMs } = STORED.read());
    this.#select.addEventListener('change', () => {
      this.#device = this.#select.value;
      this.#changed();
    });
    navigator.mediaDevices?.addEventListener('devicechange', () => void this.list());
    words.events.on('changed', () => void this.list());
    void this.list();
  }

  /** Name of the loudspeaker that is played through; empty while the browser hides it. */
  get label(): string {
    return this.#labels.get(this.#device || 'default') ?? '';
  }

  /** Lips are moved later by this, milliseconds. */
  get offsetMs(): number {
    const kept = this.#offsetsMs[this.#key] ?? this.#offsetsMs[DEFAULT_DEVICE];
    return typeof kept === 'number' && Math.abs(kept) <= MAX_OFFSET_MS ? kept : 0;
  }

  set offsetMs(offsetMs: number) {
    const within = Math.max(-MAX_OFFSET_MS, Math.min(MAX_OFFSET_MS, Math.round(offsetMs)));
    this.#offsetsMs = { ...this.#offsetsMs, [this.#key]: within };
    this.#changed();
  }

  /** Plays a context through the chosen one, where the browser can and it is there. */
  async apply(context: AudioContext): Promise<void> {
    const choosing = context as ChoosingContext;
    // The same once more would interrupt it.
    if (choosing.sinkId !== this.#device) await choosing.setSinkId?.(this.#device).catch(() => {});
  }

  /** Reads the list anew: after a microphone was allowed it has names. */
  async list(): Promise<void> {
    const devices = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
    const outputs = devices.filter(({ kind, deviceId }) => kind === 'audiooutput' && deviceId !== '');
    this.#labels = new Map(outputs.map(({ deviceId, label }) => [deviceId, label]));
    const named = outputs.filter(({ deviceId }) => deviceId !== 'default' && deviceId !== 'communications');
    const rows: [string, string][] = [
      [DEFAULT_DEVICE, this.#words.say('outputDefault')],
      ...named.map(({ deviceId, label }): [string, string] => [deviceId, label]),
    ];
    this.#select.replaceChildren(
      ...rows.map(([id, label]) => {
        const option = make('option', '', label);
        option.value = id;
        return option;
      }),
    );
    if (!rows.some(([id]) => id === this.#device)) this.#device = DEFAULT_DEVICE;
    this.#select.value = this.#device;
    byId('lips-output-row').hidden = named.length < 2 || !('setSinkId' in AudioContext.prototype);
    this.events.emit('changed');
  }

  /** By name rather than id where that is known: the default may be another one tomorrow. */
  get #key(): string {
    return this.label || this.#device;
  }

  #changed(): void {
    STORED.write({ device: this.#device, offsetsMs: this.#offsetsMs });
    this.events.emit('changed');
  }
}
