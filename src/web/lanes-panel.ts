import type { DaemonStatus, Events, LaneStatus } from '../control/messages.js';
import { Emitter } from '../runtime/emitter.js';
import { byId, make, setText } from './dom.js';
import { LaneMeter } from './lane-meter.js';
import type { TextKey } from './texts.js';
import type { Words } from './words.js';

interface Row {
  readonly label: HTMLLabelElement;
  readonly input: HTMLInputElement;
  readonly name: HTMLElement;
  readonly state: HTMLElement;
  readonly stateText: HTMLElement;
  readonly about: HTMLElement;
  readonly meter: LaneMeter;
}

const AUTO = '';
const STATES: Readonly<Record<LaneStatus['state'], { key: TextKey; tone: string }>> = {
  ready: { key: 'stateReady', tone: 'good' },
  waiting: { key: 'stateWaiting', tone: 'wait' },
  modelMissing: { key: 'stateModelMissing', tone: 'bad' },
  disconnected: { key: 'stateDisconnected', tone: 'off' },
  closed: { key: 'stateClosed', tone: 'off' },
};

/** The avatars with their states, and which of them is to speak. */
export class LanesPanel {
  readonly events = new Emitter<{ chosen: [] }>();
  readonly #words: Words;
  readonly #list = byId('lanes');
  readonly #rows = new Map<string, Row>();
  #status: DaemonStatus | undefined;
  #chosen = AUTO;

  constructor(words: Words) {
    this.#words = words;
    this.#row(AUTO).input.checked = true;
    this.#show();
    words.events.on('changed', () => this.#show());
  }

  /** The lane chosen by hand, undefined for the one that fits. */
  get chosen(): string | undefined {
    return this.#chosen === AUTO ? undefined : this.#chosen;
  }

  update(status: DaemonStatus): void {
    this.#status = status;
    for (const lane of [...this.#rows.keys()]) {
      if (lane !== AUTO && !status.lanes.some((one) => one.lane === lane)) this.#forget(lane);
    }
    this.#show();
  }

  /** What is streamed to a lane. */
  level(told: Events['laneLevel'], nowMs: number): void {
    this.#rows.get(told.lane)?.meter.push(told, nowMs);
  }

  /** Of an animation frame. */
  draw(nowMs: number): void {
    for (const { meter } of this.#rows.values()) if (!meter.element.hidden) meter.draw(nowMs);
  }

  #show(): void {
    const auto = this.#row(AUTO);
    setText(auto.name, this.#words.say('laneAuto'));
    setText(auto.about, this.#words.say('laneAutoAbout'));
    auto.state.hidden = true;
    auto.meter.element.hidden = true;
    for (const lane of this.#status?.lanes ?? []) this.#showLane(this.#row(lane.lane), lane);
  }

  #showLane(row: Row, lane: LaneStatus): void {
    const { key, tone } = STATES[lane.state];
    const isSpeaking = lane.isSpeaking && lane.state === 'ready';
    setText(row.name, lane.lane);
    setText(row.stateText, this.#words.say(isSpeaking ? 'stateSpeaking' : key, { model: lane.model }));
    setText(row.about, this.#about(lane));
    row.state.dataset['tone'] = tone;
    row.state.dataset['speaking'] = String(isSpeaking);
    row.input.disabled = !lane.carriesSound;
    row.meter.element.hidden = !lane.carriesSound;
    row.meter.name(lane.lane);
    row.label.dataset['state'] = lane.state;
  }

  #about(lane: LaneStatus): string {
    if (lane.isSimulator) return this.#words.say('laneSimulator');
    if (!lane.carriesSound) return this.#words.say('laneMessagesOnly', { link: lane.link });
    const where =
      lane.remoteAddress === undefined
        ? this.#words.say('laneLink', { link: lane.link })
        : this.#words.say('laneReal', { address: lane.remoteAddress });
    return lane.echoMs === undefined
      ? where
      : `${where} · ${this.#words.say('laneEcho', { ms: Math.max(1, Math.round(lane.echoMs)) })}`;
  }

  #row(lane: string): Row {
    const known = this.#rows.get(lane);
    if (known !== undefined) return known;
    const input = make('input', '');
    input.type = 'radio';
    input.name = 'lane';
    input.value = lane;
    input.addEventListener('change', () => {
      this.#chosen = lane;
      this.events.emit('chosen');
    });
    const name = make('span', 'lane-name');
    const stateText = make('span', '');
    const state = make('span', 'lane-state', make('span', 'dot'), stateText);
    const about = make('span', 'lane-about');
    const meter = new LaneMeter(this.#words);
    const label = make('label', 'lane', input, name, state, about, meter.element);
    label.dataset['lane'] = lane;
    this.#list.append(label);
    const row = { label, input, name, state, stateText, about, meter };
    this.#rows.set(lane, row);
    return row;
  }

  #forget(lane: string): void {
    this.#rows.get(lane)?.label.remove();
    this.#rows.delete(lane);
    if (this.#chosen !== lane) return;
    this.#chosen = AUTO;
    this.#row(AUTO).input.checked = true;
    this.events.emit('chosen');
  }
}
