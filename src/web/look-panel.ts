import { askMachine } from './ask-machine.js';
import { byId, make, setText } from './dom.js';
import { jsonLines, refusalOf } from './json-lines.js';
import { marked } from './marked-text.js';
import { type PlayError, playErrorOf } from './play-error.js';
import type { TextKey } from './texts.js';
import type { Words } from './words.js';

interface FindingText {
  readonly text: string;
  readonly remedy: string;
}

interface Finding {
  readonly level: 'ok' | 'info' | 'warning' | 'error';
  readonly area: string;
  readonly texts: Readonly<Record<'en' | 'ja', FindingText>>;
}

type Line = Finding | { readonly done: true } | { readonly error: PlayError };

type LookState =
  | { readonly status: 'never' | 'looking' | 'done' }
  | { readonly status: 'failed'; readonly error: PlayError };

/** In the order in which people read them: from this machine outwards. */
const AREAS: Readonly<Record<string, TextKey>> = {
  tools: 'areaTools',
  devices: 'areaDevices',
  ports: 'areaPorts',
  mdf: 'areaMdf',
  content: 'areaContent',
  peer: 'areaPeer',
  clock: 'areaClock',
  exposure: 'areaExposure',
};
const LEVELS: Readonly<Record<Finding['level'], { readonly mark: string; readonly key: TextKey }>> = {
  error: { mark: '✕', key: 'levelError' },
  warning: { mark: '!', key: 'levelWarning' },
  info: { mark: 'i', key: 'levelInfo' },
  ok: { mark: '✓', key: 'levelOk' },
};
const LONG_CHARS = 260;
const SHORT_CHARS = 160;
const RANK = Object.keys(LEVELS);

/** What stands between the user and a speaking avatar, as the doctor on the bridge's machine finds it. */
export class LookPanel {
  readonly #words: Words;
  readonly #run = byId('look-run', HTMLButtonElement);
  readonly #tone = byId('look-tone', HTMLInputElement);
  readonly #report = byId('look-report', HTMLAnchorElement);
  readonly #list = byId('findings');
  readonly #failure = byId('look-error');
  #findings: Finding[] = [];
  #state: LookState = { status: 'never' };

  constructor(words: Words) {
    this.#words = words;
    this.#run.addEventListener('click', () => void this.#look());
    words.events.on('changed', () => this.#show());
    this.#show();
  }

  async #look(): Promise<void> {
    if (this.#state.status === 'looking') return;
    this.#findings = [];
    this.#set({ status: 'looking' });
    try {
      const response = await askMachine(`api/doctor${this.#tone.checked ? '?tone=1' : ''}`);
      if (!response.ok) throw await refusalOf(response);
      for await (const line of jsonLines<Line>(response)) {
        if ('error' in line) throw line.error;
        if ('done' in line) this.#state = { status: 'done' };
        else this.#findings.push(line);
        this.#show();
      }
      if (this.#state.status === 'looking') throw new Error('The connection was lost');
    } catch (error) {
      this.#set({ status: 'failed', error: playErrorOf(error, 'BRIDGE_ERR_DAEMON_UNREACHABLE') });
    }
  }

  #set(state: LookState): void {
    this.#state = state;
    this.#show();
  }

  #show(): void {
    const words = this.#words;
    const { status } = this.#state;
    // Not disabled while it looks: the keyboard would lose its place.
    this.#run.setAttribute('aria-disabled', String(status === 'looking'));
    setText(
      this.#run,
      words.say(status === 'never' ? 'lookNow' : status === 'looking' ? 'looking' : 'lookAgain'),
    );
    this.#report.hidden = status !== 'done';
    setText(byId('look-summary'), this.#summary());
    this.#failure.hidden = this.#state.status !== 'failed';
    this.#failure.replaceChildren(
      ...(this.#state.status === 'failed' ? words.sayError(this.#state.error) : []),
    );
    this.#list.replaceChildren(...this.#groups());
  }

  #summary(): string {
    const words = this.#words;
    const count = (level: Finding['level']): number =>
      this.#findings.filter((one) => one.level === level).length;
    switch (this.#state.status) {
      case 'never':
        return words.say('lookAbout');
      case 'looking':
        return words.say('lookingAbout');
      case 'failed':
        return '';
      case 'done': {
        const [errors, warnings] = [count('error'), count('warning')];
        return errors + warnings === 0 ? words.say('lookFine') : words.say('lookCount', { errors, warnings });
      }
    }
  }

  #groups(): HTMLElement[] {
    const known = Object.keys(AREAS);
    const areas = [...new Set([...known, ...this.#findings.map(({ area }) => area)])];
    return areas.flatMap((area) => {
      const found = this.#findings.filter((one) => one.area === area);
      if (found.length === 0) return [];
      found.sort((a, b) => RANK.indexOf(a.level) - RANK.indexOf(b.level));
      const key = AREAS[area];
      const title = make('h3', '', key === undefined ? area : this.#words.say(key));
      const rows = make('ul', '', ...found.map((finding) => this.#row(finding)));
      return [make('section', 'findings-area', title, rows)];
    });
  }

  #row({ level, texts }: Finding): HTMLElement {
    const { mark, key } = LEVELS[level];
    const { text, remedy } = texts[this.#words.language];
    const sign = make('span', 'finding-mark', mark);
    sign.setAttribute('aria-hidden', 'true');
    const told = make('span', 'unseen', `${this.#words.say(key)}: `);
    const row = make('li', 'finding', sign, findingWords(text, told));
    row.dataset['level'] = level;
    if (remedy !== '') row.append(make('p', 'finding-remedy', ...marked(remedy)));
    return row;
  }
}

/** What programs said can be long: its end is shown on demand. */
function findingWords(text: string, told: HTMLElement): HTMLElement {
  if (text.length <= LONG_CHARS) return make('p', '', told, ...marked(text));
  const summary = make('summary', '', told, ...marked(`${text.slice(0, SHORT_CHARS).trimEnd()}…`));
  return make('details', '', summary, make('p', 'finding-whole', text));
}
