import type { BridgeApi } from '../../api/client/index.js';
import type { ToldTurnTimes } from '../../api/operator-facts.js';
import { byId, make, setText } from '../dom.js';
import { isTextKey } from '../texts.js';
import type { Words } from '../words.js';
import { askOperator } from './ask-operator.js';
import { table, told } from './elements.js';
import { FailureLine } from './failure-line.js';
import { outcomeKey } from './session-text.js';
import { barsOf, extentOf, figuresOf, figuresOfMetrics, type StageFigures } from './stages.js';
import { sayTime } from './times.js';
import { stageTable, strip } from './waterfall.js';

const MAX_ROWS = 60;
const PAGE = 'page';

/** How long turns took: each stage by stage, and all of them together. */
export class LatencyPanel {
  readonly #words: Words;
  readonly #api: () => BridgeApi;
  readonly #failure: FailureLine;
  readonly #protocol = make('select', '');
  readonly #none: HTMLElement;
  readonly #figures = make('div', '');
  readonly #metrics = make('div', '');
  readonly #turns = make('div', '');
  readonly #one = make('div', 'con-turn');
  #all: readonly ToldTurnTimes[] = [];
  #sums: readonly StageFigures[] = [];
  #chosen: ToldTurnTimes | undefined;
  #shown = '';

  constructor(words: Words, api: () => BridgeApi) {
    this.#words = words;
    this.#api = api;
    this.#failure = new FailureLine(words);
    this.#none = told(words, 'p', 'hint', 'conNoTurns');
    this.#none.hidden = true;
    this.#one.setAttribute('aria-live', 'polite');
    this.#protocol.addEventListener('change', () => this.#show());
    const choice = make('label', 'field', told(words, 'span', '', 'conProtocol'), this.#protocol);
    const card = make(
      'section',
      'card con-wide',
      told(words, 'h2', '', 'conLatency'),
      told(words, 'p', 'hint', 'conLatencyAbout'),
      choice,
      this.#failure.element,
      this.#none,
      this.#figures,
      this.#one,
      this.#turns,
      this.#metrics,
    );
    byId('pane-latency').replaceChildren(card);
    words.events.on('changed', () => this.#show());
  }

  async load(): Promise<void> {
    await this.#failure.tried(async () => {
      const { turns } = await askOperator<{ turns: ToldTurnTimes[] }>(this.#api(), 'turns');
      this.#all = turns;
    });
    const metrics = await fetch('metrics').catch(() => undefined);
    if (metrics?.ok === true) this.#sums = figuresOfMetrics(await metrics.text());
    this.#show();
  }

  #show(): void {
    const words = this.#words;
    // Nothing is drawn again that is the same: who reads or tabs there must not be disturbed.
    const now = JSON.stringify([
      words.language,
      this.#protocol.value,
      this.#all.length,
      this.#all.at(-1),
      this.#sums,
    ]);
    const isSame = now === this.#shown;
    this.#shown = now;
    if (isSame) return;
    this.#showProtocols();
    const chosen = this.#protocol.value;
    const turns = chosen === '' ? this.#all : this.#all.filter(({ protocol }) => protocol === chosen);
    this.#none.hidden = this.#all.length > 0;
    this.#showFigures(turns);
    this.#showTurns(turns);
    this.#showOne();
  }

  #showProtocols(): void {
    const words = this.#words;
    const before = this.#protocol.value;
    const names = [...new Set(this.#all.map(({ protocol }) => protocol))].sort();
    const options = ['', ...names].map((name) => {
      const option = make('option', '', name === '' ? words.say('conProtocolAll') : this.#sayProtocol(name));
      option.value = name;
      return option;
    });
    this.#protocol.replaceChildren(...options);
    this.#protocol.value = ['', ...names].includes(before) ? before : '';
  }

  #showFigures(turns: readonly ToldTurnTimes[]): void {
    const words = this.#words;
    const title = words.say('conPercentiles', { count: turns.length });
    const figures = figuresOf(turns.map(({ trace }) => trace));
    this.#figures.replaceChildren(
      ...(figures.length === 0 ? [] : [make('h3', '', title), this.#figureTable(title, figures)]),
    );
    const all = words.say('conMetricsTitle');
    this.#metrics.replaceChildren(
      ...(this.#sums.length === 0
        ? []
        : [
            make('h3', '', all),
            make('p', 'hint', words.say('conMetricsAbout')),
            this.#figureTable(all, this.#sums),
          ]),
    );
  }

  #figureTable(caption: string, figures: readonly StageFigures[]): HTMLElement {
    const words = this.#words;
    const ms = (value: number): string => words.say('conMs', { ms: Math.round(value) });
    const hasLast = figures.some(({ lastMs }) => lastMs !== undefined);
    const heads = ['conStage', 'conCount'] as const;
    const rows = figures.map(({ stage, count, p50Ms, p95Ms, lastMs }) =>
      [
        words.say(`stage_${stage}`),
        String(count),
        ms(p50Ms),
        ms(p95Ms),
        ...(lastMs === undefined ? [] : [ms(lastMs)]),
      ].map((content, at) => ({ content, ...(at === 0 ? {} : { className: 'con-number' }) })),
    );
    const names = [...heads.map((key) => words.say(key)), 'p50', 'p95'];
    return table(caption, hasLast ? [...names, words.say('conLast')] : names, rows);
  }

  #showTurns(turns: readonly ToldTurnTimes[]): void {
    const words = this.#words;
    const shown = turns.slice(-MAX_ROWS).reverse();
    const toMs = Math.max(1, ...shown.map(({ trace }) => extentOf(barsOf(trace)).toMs));
    const heads = (
      ['conWhen', 'conProtocol', 'conBegun', 'conOutcome', 'conTotal', 'conWaterfall'] as const
    ).map((key) => words.say(key));
    const rows = shown.map((turn) => {
      const outcome = outcomeKey(turn.outcome);
      const by = `by_${turn.by}`;
      return [
        { content: this.#turnButton(turn) },
        { content: this.#sayProtocol(turn.protocol) },
        { content: isTextKey(by) ? words.say(by) : turn.by },
        { content: outcome === undefined ? turn.outcome : words.say(outcome) },
        {
          content: words.say('conMs', { ms: Math.round(extentOf(barsOf(turn.trace)).toMs) }),
          className: 'con-number',
        },
        { content: strip(turn.trace, toMs), className: 'con-bars' },
      ];
    });
    const caption = words.say('conTurnsTable');
    this.#turns.replaceChildren(
      ...(rows.length === 0 ? [] : [make('h3', '', caption), table(caption, heads, rows)]),
    );
  }

  #turnButton(turn: ToldTurnTimes): HTMLButtonElement {
    const words = this.#words;
    const time = sayTime(words, turn.endedAtMs);
    const element = make('button', 'con-link', time);
    element.type = 'button';
    element.setAttribute('aria-label', words.say('conShowTurn', { turn: turn.turn, time }));
    element.addEventListener('click', () => {
      this.#chosen = turn;
      this.#showOne();
    });
    return element;
  }

  #showOne(): void {
    const turn = this.#chosen ?? this.#all.at(-1);
    if (turn === undefined) return;
    const words = this.#words;
    const time = sayTime(words, turn.endedAtMs);
    const protocol = this.#sayProtocol(turn.protocol);
    const title = words.say('conTurnTitle', { turn: turn.turn, time, protocol });
    const heading = make('h3', '');
    setText(heading, title);
    this.#one.replaceChildren(heading, stageTable(words, title, turn.trace));
  }

  #sayProtocol(name: string): string {
    return name === PAGE ? this.#words.say('conProtocolPage') : name;
  }
}
