import type { BridgeApi } from '../../api/client/index.js';
import type { ToldSettings } from '../../api/operator-facts.js';
import { byId, make } from '../dom.js';
import type { Words } from '../words.js';
import { askOperator } from './ask-operator.js';
import { button, named, table, told } from './elements.js';
import { FailureLine } from './failure-line.js';
import { shownSettings, valueText } from './settings-text.js';
import { sayTime } from './times.js';

/** The settings as they hold, to be read only; secrets never come here. */
export class SettingsPanel {
  readonly #words: Words;
  readonly #api: () => BridgeApi;
  readonly #failure: FailureLine;
  readonly #state = make('div', 'con-state');
  readonly #filter = make('input', '');
  readonly #changed = make('input', '');
  readonly #table = make('div', '');
  #settings: ToldSettings | undefined;

  constructor(words: Words, api: () => BridgeApi) {
    this.#words = words;
    this.#api = api;
    this.#failure = new FailureLine(words);
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
      this.#failure.element,
      this.#state,
      make('div', 'con-buttons', named(words, this.#filter, 'conFilter'), only, refresh),
      this.#table,
    );
    byId('pane-settings').replaceChildren(card);
    words.events.on('changed', () => this.#show());
  }

  async load(): Promise<void> {
    await this.#failure.tried(async () => {
      this.#settings = await askOperator<ToldSettings>(this.#api(), 'settings');
    });
    this.#show();
  }

  #show(): void {
    const words = this.#words;
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

  #stateOf({ file, personas, reload }: ToldSettings): HTMLElement[] {
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
