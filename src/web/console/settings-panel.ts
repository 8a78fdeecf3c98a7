import type { BridgeApi } from '../../api/client/index.js';
import { byId, make } from '../dom.js';
import { type PlayError, playErrorOf } from '../play-error.js';
import type { Words } from '../words.js';
import { askOperator } from './ask-operator.js';
import { button, named, showFailure, table, told } from './elements.js';
import { type ShownSetting, shownSettings, valueText } from './settings-text.js';
import { sayTime } from './times.js';

interface Settings {
  readonly file?: string;
  readonly settings: readonly ShownSetting[];
  readonly personas: readonly { readonly name: string; readonly isStandard: boolean }[];
  readonly reload: {
    readonly takenAtMs?: number;
    readonly refused?: { readonly atMs: number; readonly reason: string };
  };
}

/** The settings as they hold, to be read only; secrets never come here. */
export class SettingsPanel {
  readonly #words: Words;
  readonly #api: () => BridgeApi;
  readonly #failure = make('p', 'failure');
  readonly #state = make('div', 'con-state');
  readonly #filter = make('input', '');
  readonly #changed = make('input', '');
  readonly #table = make('div', '');
  #settings: Settings | undefined;
  #error: PlayError | undefined;

  constructor(words: Words, api: () => BridgeApi) {
    this.#words = words;
    this.#api = api;
    this.#failure.hidden = true;
    this.#failure.setAttribute('role', 'alert');
    this.#filter.type = 'search';
    this.#filter.autocomplete = 'off';
    this.#filter.dataset['tPlaceholder'] = 'conFilter';
    this.#filter.placeholder = words.say('conFilter');
    this.#changed.type = 'checkbox';
    this.#changed.checked = true;
    this.#filter.addEventListener('input', () => this.#show());
    this.#changed.addEventListener('change', () => this.#show());
    const only = make('label', 'check', this.#changed, told(words, 'span', '', 'conOnlyChanged'));
    const refresh = button(words, 'quiet', 'conRefresh', () => void this.load());
    const card = make(
      'section',
      'card con-wide',
      told(words, 'h2', '', 'conSettings'),
      told(words, 'p', 'hint', 'conSettingsAbout'),
      this.#failure,
      this.#state,
      make('div', 'con-buttons', named(words, this.#filter, 'conFilter'), only, refresh),
      this.#table,
    );
    byId('pane-settings').replaceChildren(card);
    words.events.on('changed', () => this.#show());
  }

  async load(): Promise<void> {
    try {
      this.#settings = await askOperator<Settings>(this.#api(), 'settings');
      this.#error = undefined;
    } catch (error) {
      this.#error = playErrorOf(error, 'BRIDGE_ERR_DAEMON_UNREACHABLE');
    }
    this.#show();
  }

  #show(): void {
    const words = this.#words;
    showFailure(this.#failure, words, this.#error);
    if (this.#settings === undefined) return;
    this.#state.replaceChildren(...this.#stateOf(this.#settings));
    const shown = shownSettings(this.#settings.settings, {
      filter: this.#filter.value,
      onlyChanged: this.#changed.checked,
    });
    const heads = (['conSetting', 'conValue', 'conOrigin'] as const).map((key) => words.say(key));
    const rows = shown.map(({ key, value, origin }) => {
      const text = valueText(value);
      const content = text === undefined ? words.say('conNotSet') : make('code', '', text);
      return [{ content: key }, { content, className: 'con-value' }, { content: origin }];
    });
    this.#table.replaceChildren(
      rows.length === 0
        ? make('p', 'hint', words.say('conNothingYet'))
        : table(words.say('conSettings'), heads, rows),
    );
  }

  #stateOf({ file, personas, reload }: Settings): HTMLElement[] {
    const words = this.#words;
    const { takenAtMs, refused } = reload;
    const taken =
      takenAtMs === undefined
        ? words.say('conReloadNever')
        : words.say('conReloadTaken', { time: sayTime(words, takenAtMs) });
    const names = personas.map(({ name, isStandard }) => {
      const mark = isStandard ? [make('em', '', words.say('conPersonaStandard'))] : [];
      return make('li', '', make('code', '', name), ...mark);
    });
    return [
      make(
        'p',
        '',
        file === undefined ? words.say('conSettingsNoFile') : words.say('conSettingsFile', { file }),
      ),
      ...(file === undefined ? [] : [make('p', 'hint', taken)]),
      ...(refused === undefined
        ? []
        : [
            make(
              'p',
              'failure',
              words.say('conReloadRefused', { time: sayTime(words, refused.atMs), reason: refused.reason }),
            ),
          ]),
      make('h3', '', words.say('conPersonas')),
      make('ul', 'con-personas', ...names),
    ];
  }
}
