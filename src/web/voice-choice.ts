import { Emitter } from '../runtime/emitter.js';
import { byId } from './dom.js';
import { refusalOf } from './json-lines.js';
import { type PlayError, playErrorOf } from './play-error.js';
import { Stored } from './stored.js';
import type { Words } from './words.js';

interface Voice {
  readonly id: string;
  readonly name: string;
  readonly languages: readonly string[];
  readonly style?: string;
}

interface Engine {
  readonly name: string;
  readonly isReady: boolean;
  readonly isChosen: boolean;
  readonly advice?: string;
  readonly voices: readonly Voice[];
}

/** What was chosen; undefined: who speaks by itself. */
export type ChosenVoice = { readonly engine: string; readonly voice: string | undefined } | undefined;

const SEPARATOR = '\u0000';

/** Voices to choose from, asked for when they are first wanted; the choice is remembered. */
export class VoiceChoice {
  readonly events = new Emitter<{ failed: [error: PlayError | undefined] }>();
  readonly #words: Words;
  readonly #select = byId('say-voice', HTMLSelectElement);
  readonly #stored = new Stored('voice', { value: '' });
  #engines: readonly Engine[] = [];
  #wanted: string;
  #loading: Promise<void> | undefined;

  constructor(words: Words) {
    this.#words = words;
    this.#wanted = this.#stored.read().value;
    this.#select.addEventListener('change', () => {
      this.#wanted = this.#select.value;
      this.#stored.write({ value: this.#wanted });
    });
    words.events.on('changed', () => this.#show());
    this.#show();
  }

  get chosen(): ChosenVoice {
    const [engine = '', voice = ''] = this.#select.value.split(SEPARATOR);
    if (engine === '') return undefined;
    return { engine, voice: voice === '' ? undefined : voice };
  }

  /** Once; again after it failed, or where no engine was ready. */
  load(): Promise<void> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  async #load(): Promise<void> {
    try {
      const response = await fetch('api/voices', { headers: { 'X-Bridge-Request': '1' } });
      if (!response.ok) throw await refusalOf(response);
      this.#engines = ((await response.json()) as { readonly engines: readonly Engine[] }).engines;
      const isAnyReady = this.#engines.some(({ isReady }) => isReady);
      if (!isAnyReady) this.#loading = undefined;
      this.events.emit('failed', isAnyReady ? undefined : this.#noneReady());
      this.#show();
    } catch (error) {
      this.#loading = undefined;
      this.events.emit('failed', playErrorOf(error, 'BRIDGE_ERR_DAEMON_UNREACHABLE'));
    }
  }

  #noneReady(): PlayError {
    const advice = this.#engines.flatMap(({ name, advice: text }) =>
      text === undefined ? [] : `${name}: ${text}`,
    );
    return { code: 'BRIDGE_ERR_SPEECH_ENGINE', message: advice.join('; ') };
  }

  #show(): void {
    const groups = this.#engines
      .filter(({ isReady }) => isReady)
      .map(({ name, voices }) => {
        const group = document.createElement('optgroup');
        group.label = name;
        const own = option(`${name}${SEPARATOR}`, this.#words.say('voiceOfEngine', { engine: name }));
        group.append(
          own,
          ...voices.map((voice) => option(`${name}${SEPARATOR}${voice.id}`, voiceText(voice))),
        );
        return group;
      });
    const by = this.#engines.find(({ isChosen }) => isChosen)?.name;
    const auto =
      by === undefined ? this.#words.say('voiceAuto') : this.#words.say('voiceAutoBy', { engine: by });
    this.#select.replaceChildren(option('', auto), ...groups);
    this.#select.value = this.#wanted;
    // One that is gone is not chosen any more, but may come back.
    if (this.#select.selectedIndex < 0) this.#select.value = '';
  }
}

function voiceText({ name, style, languages }: Voice): string {
  const more = [...(style === undefined ? [] : [style]), ...languages.slice(0, 3)];
  return more.length === 0 ? name : `${name} (${more.join(', ')})`;
}

function option(value: string, text: string): HTMLOptionElement {
  const element = document.createElement('option');
  element.value = value;
  element.textContent = text;
  return element;
}
