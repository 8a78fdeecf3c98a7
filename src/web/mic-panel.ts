import type { VoiceGateRule } from '../audio/voice-gate.js';
import type { BridgeView } from './bridge-view.js';
import { byId, make, setText } from './dom.js';
import type { MicMeter } from './mic-meter.js';
import type { MicSession } from './mic-session.js';
import type { MicChoice } from './microphone.js';
import type { PlayError } from './play-error.js';
import { Stored } from './stored.js';
import type { TalkKey } from './talk-key.js';
import type { TextKey } from './texts.js';
import type { Words } from './words.js';

export interface MicPanelParts {
  readonly words: Words;
  readonly bridge: BridgeView;
  readonly session: MicSession;
  readonly meter: MicMeter;
  readonly talkKey: TalkKey;
  /** Lane that sound goes to; undefined: whoever fits. */
  readonly laneNow: () => string | undefined;
}

const STORED = new Stored('microphone', {
  deviceId: '',
  rule: 'auto',
  thresholdDbfs: -40,
  gainDb: 0,
  echo: false,
  noise: false,
  agc: false,
});
const DEFAULT_DEVICE = '';
const ROUTINE: ReadonlySet<TextKey> = new Set<TextKey>(['micHeard', 'micQuiet', 'micHold']);

/** The microphone's switch, what it does, and its settings. */
export class MicPanel {
  readonly #parts: MicPanelParts;
  readonly #start = byId('mic-start', HTMLButtonElement);
  readonly #mute = byId('mic-mute', HTMLButtonElement);
  readonly #device = byId('mic-device', HTMLSelectElement);
  readonly #rule = byId('mic-rule', HTMLSelectElement);
  readonly #threshold = byId('mic-threshold', HTMLInputElement);
  readonly #gain = byId('mic-gain', HTMLInputElement);
  readonly #echo = byId('mic-echo', HTMLInputElement);
  readonly #noise = byId('mic-noise', HTMLInputElement);
  readonly #agc = byId('mic-agc', HTMLInputElement);
  readonly #failure = byId('mic-error');
  /** Browsers name devices only to a page that was allowed one: it may not stand in the list yet. */
  #deviceId = DEFAULT_DEVICE;
  /** Why it ended by itself; shown until the next start. */
  #note: TextKey | undefined;

  constructor(parts: MicPanelParts) {
    this.#parts = parts;
    const { words, session, bridge } = parts;
    this.#restore();
    this.#start.addEventListener('click', () => this.#toggle());
    this.#mute.addEventListener('click', () => {
      session.feed.isMuted = !session.feed.isMuted;
      this.#show();
    });
    this.#device.addEventListener('change', () => {
      this.#deviceId = this.#device.value;
      this.#changeDevice();
    });
    for (const box of [this.#echo, this.#noise, this.#agc])
      box.addEventListener('change', () => this.#changeDevice());
    for (const control of [this.#rule, this.#threshold, this.#gain])
      control.addEventListener('input', () => this.#changeFeed());
    session.events.on('changed', () => this.#show());
    session.events.on('stopped', (reason) => {
      this.#note = reason === 'interrupted' ? 'micInterrupted' : 'micGaveUp';
      this.#show();
    });
    bridge.events.on('link', () => this.#show());
    words.events.on('changed', () => {
      this.#show();
      void this.#listDevices();
    });
    navigator.mediaDevices?.addEventListener('devicechange', () => void this.#listDevices());
    void this.#listDevices();
    this.#changeFeed();
    this.#show();
  }

  /** The chosen microphone; undefined: the browser's default. */
  get deviceId(): string | undefined {
    return this.#deviceId === DEFAULT_DEVICE ? undefined : this.#deviceId;
  }

  /** The words under the meter follow the gate, so they are looked at with the meter. */
  draw(): void {
    const { words, session } = this.#parts;
    const key = this.#stateKey();
    const state = byId('mic-state');
    // Read aloud when something happened, not with every pause of whoever speaks.
    const live = ROUTINE.has(key) ? 'off' : 'polite';
    if (state.getAttribute('aria-live') !== live) state.setAttribute('aria-live', live);
    setText(state, words.say(key, this.#stateValues()));
    const { lagMs } = session;
    // In steps, or the figure would never stand still.
    setText(
      byId('mic-lag'),
      lagMs === undefined ? '' : words.say('micLag', { ms: 10 * Math.round(lagMs / 10) }),
    );
  }

  #toggle(): void {
    const { session, laneNow } = this.#parts;
    this.#note = undefined;
    if (session.isOn) session.stop();
    else {
      session.feed.isMuted = false;
      session.start(this.#choice(), laneNow());
    }
  }

  #show(): void {
    const { words, session, bridge, talkKey } = this.#parts;
    const { mic, isOn } = session;
    this.#start.dataset['on'] = String(isOn);
    this.#start.disabled = !isOn && bridge.link !== 'online';
    setText(byId('mic-start-text'), words.say(isOn ? 'micStop' : 'micStart'));
    this.#mute.disabled = !isOn;
    this.#mute.setAttribute('aria-pressed', String(isOn && session.feed.isMuted));
    byId('mic-live').hidden = !isOn;
    talkKey.isWanted = isOn && session.feed.gate.by === 'push-to-talk';
    this.#showError(mic.status === 'failed' || mic.status === 'lost' ? mic.error : carryError(session));
    if (mic.status === 'on') void this.#listDevices();
    this.draw();
  }

  #showError(error: PlayError | undefined): void {
    this.#failure.hidden = error === undefined;
    const said = error === undefined ? '' : `${error.code}${error.message}${document.documentElement.lang}`;
    if (this.#failure.dataset['said'] === said) return;
    this.#failure.dataset['said'] = said;
    this.#failure.replaceChildren(...(error === undefined ? [] : this.#parts.words.sayError(error)));
  }

  #stateKey(): TextKey {
    const { session, bridge, meter } = this.#parts;
    const { mic, carry, feed } = session;
    if (mic.status === 'off' || mic.status === 'failed') return this.#note ?? 'micIsOff';
    if (mic.status === 'asking') return 'micAsking';
    if (bridge.link !== 'online') return 'micBridgeAway';
    if (mic.status === 'lost' || carry.status === 'waiting') return 'micWaiting';
    if (feed.isMuted) return 'micMuted';
    if (meter.isDigitallySilent) return 'micSilent';
    if (carry.status !== 'speaking') return 'micOpening';
    if (feed.isOpen) return 'micHeard';
    return feed.gate.by === 'push-to-talk' ? 'micHold' : 'micQuiet';
  }

  #stateValues(): Readonly<Record<string, string>> {
    const { carry } = this.#parts.session;
    return carry.status === 'speaking' ? { name: carry.lane } : {};
  }

  #choice(): MicChoice {
    return {
      deviceId: this.deviceId,
      echoCancellation: this.#echo.checked,
      noiseSuppression: this.#noise.checked,
      autoGainControl: this.#agc.checked,
    };
  }

  #changeDevice(): void {
    this.#store();
    this.#parts.session.change(this.#choice());
  }

  #changeFeed(): void {
    const { words, session } = this.#parts;
    session.feed.gate = ruleOf(this.#rule.value, this.#threshold.valueAsNumber);
    session.feed.gainDb = this.#gain.valueAsNumber;
    byId('mic-threshold-row').hidden = this.#rule.value !== 'fixed';
    setText(byId('mic-threshold-text'), words.say('decibels', { db: this.#threshold.value }));
    setText(byId('mic-gain-text'), words.say('decibels', { db: signed(this.#gain.valueAsNumber) }));
    this.#store();
    this.#show();
  }

  /** Names are told only after the user has allowed a microphone. */
  async #listDevices(): Promise<void> {
    const { words } = this.#parts;
    const devices = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
    const inputs = devices.filter(
      ({ kind, deviceId }) => kind === 'audioinput' && deviceId !== '' && deviceId !== 'default',
    );
    const wanted = this.#deviceId;
    const rows: [string, string][] = [
      [DEFAULT_DEVICE, words.say('micDefault')],
      ...inputs.map(({ deviceId, label }, at): [string, string] => [
        deviceId,
        label || words.say('micUnnamed', { number: at + 1 }),
      ]),
    ];
    const isSame =
      this.#device.options.length === rows.length &&
      rows.every(([id, label], at) => {
        const option = this.#device.options[at];
        return option?.value === id && option.text === label;
      });
    if (!isSame) this.#device.replaceChildren(...rows.map(([id, label]) => optionOf(id, label)));
    // What is not there now is what the browser will be asked for all the same: it may come back.
    this.#device.value = rows.some(([id]) => id === wanted) ? wanted : DEFAULT_DEVICE;
  }

  #restore(): void {
    const stored = STORED.read();
    this.#deviceId = stored.deviceId;
    this.#rule.value = stored.rule;
    if (this.#rule.selectedIndex < 0) this.#rule.value = 'auto';
    this.#threshold.value = String(stored.thresholdDbfs);
    this.#gain.value = String(stored.gainDb);
    this.#echo.checked = stored.echo;
    this.#noise.checked = stored.noise;
    this.#agc.checked = stored.agc;
  }

  #store(): void {
    STORED.write({
      deviceId: this.#deviceId,
      rule: this.#rule.value,
      thresholdDbfs: this.#threshold.valueAsNumber,
      gainDb: this.#gain.valueAsNumber,
      echo: this.#echo.checked,
      noise: this.#noise.checked,
      agc: this.#agc.checked,
    });
  }
}

function carryError({ mic, carry }: MicSession): PlayError | undefined {
  return mic.status === 'on' && carry.status === 'waiting' ? carry.error : undefined;
}

function ruleOf(value: string, thresholdDbfs: number): VoiceGateRule {
  switch (value) {
    case 'fixed':
      return { by: 'fixed', thresholdDbfs };
    case 'push-to-talk':
      return { by: 'push-to-talk' };
    case 'off':
      return { by: 'off' };
    default:
      return { by: 'auto' };
  }
}

function optionOf(value: string, label: string): HTMLOptionElement {
  const option = make('option', '', label);
  option.value = value;
  return option;
}

function signed(value: number): string {
  return value > 0 ? `+${value}` : String(value);
}
