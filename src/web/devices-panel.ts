import { askMachine } from './ask-machine.js';
import { byId, make, setText } from './dom.js';
import { refusalOf } from './json-lines.js';
import { type PlayError, playErrorOf } from './play-error.js';
import type { Words } from './words.js';

interface Device {
  readonly index: number;
  readonly id: string;
  readonly name: string;
  readonly channels?: number;
  readonly sampleRatesHz?: readonly number[];
  readonly isDefault: boolean;
  readonly isMonitor: boolean;
}

interface DeviceList {
  readonly kind: 'input' | 'output';
  readonly backend: string;
  readonly isAvailable: boolean;
  readonly reason?: string;
  readonly devices: readonly Device[];
}

/** Microphones and loudspeakers of the bridge's machine, under the names that the commands take. */
export class DevicesPanel {
  readonly #words: Words;
  readonly #list = byId('devices');
  readonly #failure = byId('devices-error');
  readonly #again = byId('devices-again', HTMLButtonElement);
  #lists: readonly DeviceList[] | undefined;
  #error: PlayError | undefined;

  constructor(words: Words) {
    this.#words = words;
    this.#again.addEventListener('click', () => void this.load());
    words.events.on('changed', () => this.#show());
  }

  /** Lists what is there now. Never rejects. */
  async load(): Promise<void> {
    this.#again.setAttribute('aria-busy', 'true');
    try {
      const response = await askMachine('api/devices');
      if (!response.ok) throw await refusalOf(response);
      this.#lists = ((await response.json()) as { lists: DeviceList[] }).lists;
      this.#error = undefined;
    } catch (error) {
      this.#error = playErrorOf(error, 'BRIDGE_ERR_DAEMON_UNREACHABLE');
    }
    this.#again.removeAttribute('aria-busy');
    this.#show();
  }

  #show(): void {
    const words = this.#words;
    this.#failure.hidden = this.#error === undefined;
    this.#failure.replaceChildren(...(this.#error === undefined ? [] : words.sayError(this.#error)));
    if (this.#lists === undefined) return;
    this.#list.replaceChildren(this.#kind('input', this.#lists), this.#kind('output', this.#lists));
  }

  #kind(kind: DeviceList['kind'], lists: readonly DeviceList[]): HTMLElement {
    const words = this.#words;
    const own = lists.filter((list) => list.kind === kind);
    const usable = own.filter(({ isAvailable, devices }) => isAvailable && devices.length > 0);
    const others = own.filter((list) => !usable.includes(list));
    const title = make('h3', '', words.say(kind === 'input' ? 'devicesInputs' : 'devicesOutputs'));
    const column = make('section', 'devices-kind', title, ...usable.map((list) => this.#backend(list)));
    if (usable.length === 0) column.append(make('p', 'hint', words.say('devicesNone')));
    if (others.length > 0) column.append(this.#unusable(others));
    return column;
  }

  #backend({ backend, devices }: DeviceList): HTMLElement {
    const rows = devices.map((device) => {
      const name = make('span', 'device-name', device.name);
      const id = make(
        'code',
        '',
        device.id === device.name ? String(device.index) : `${device.index} · ${device.id}`,
      );
      const row = make('li', 'device', name, make('span', 'device-about', this.#about(device)), id);
      row.dataset['default'] = String(device.isDefault);
      return row;
    });
    return make('div', 'devices-backend', make('h4', '', backend), make('ul', '', ...rows));
  }

  #about({ channels, sampleRatesHz, isDefault, isMonitor }: Device): string {
    const words = this.#words;
    const rates = (sampleRatesHz ?? []).map((rateHz) => String(rateHz / 1000));
    return [
      ...(isDefault ? [words.say('deviceDefault')] : []),
      ...(isMonitor ? [words.say('deviceMonitor')] : []),
      ...(rates.length === 0 ? [] : [words.say('deviceRate', { khz: rates.join(', ') })]),
      ...(channels === undefined ? [] : [words.say('deviceChannels', { count: channels })]),
    ].join(' · ');
  }

  #unusable(lists: readonly DeviceList[]): HTMLElement {
    const summary = make('summary', '');
    setText(summary, this.#words.say('devicesUnusable', { count: lists.length }));
    const rows = lists.map(({ backend, reason }) =>
      make('li', '', make('strong', '', backend), ` ${reason ?? this.#words.say('devicesNone')}`),
    );
    return make('details', 'more devices-unusable', summary, make('ul', '', ...rows));
  }
}
