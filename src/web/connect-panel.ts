import type { DaemonStatus, LaneStatus, LinkStatus } from '../control/messages.js';
import { type Clock, sleep } from '../runtime/clock.js';
import { byId, make, setText } from './dom.js';
import { isConnected } from './lane-choice.js';
import type { Words } from './words.js';

const COPIED_MS = 1800;

/** How to connect a real MMDAgent-EX: the lines it needs, and whether it came. */
export class ConnectPanel {
  readonly #words: Words;
  readonly #clock: Clock;
  readonly #select = byId('mdf-link', HTMLSelectElement);
  readonly #mdf = byId('mdf', HTMLPreElement);
  readonly #copy = byId('copy', HTMLButtonElement);
  readonly #awaiting = byId('awaiting');
  readonly #noLink = byId('no-link');
  #status: DaemonStatus | undefined;
  /** The link whose lines are shown or on their way. */
  #shownUrl = '';
  #lines = '';

  constructor(words: Words, clock: Clock) {
    this.#words = words;
    this.#clock = clock;
    this.#copy.addEventListener('click', () => void this.#copyLines());
    this.#select.addEventListener('change', () => this.#show());
    words.events.on('changed', () => this.#show());
  }

  update(status: DaemonStatus): void {
    this.#status = status;
    this.#show();
  }

  #show(): void {
    const status = this.#status;
    if (status === undefined) return;
    const links = status.links.filter(({ url }) => !url.startsWith('simulator:'));
    this.#showChoice(links);
    const link = links.find(({ name }) => name === this.#select.value) ?? links[0];
    byId('steps').hidden = link === undefined;
    this.#noLink.hidden = link !== undefined;
    setText(this.#noLink, link === undefined ? this.#words.say('noRealLink') : '');
    if (link === undefined) return;
    this.#showAwaited(status, link);
    if (link.url !== this.#shownUrl) void this.#load(link.url);
  }

  #showChoice(links: readonly LinkStatus[]): void {
    const { options } = this.#select;
    const isSame =
      options.length === links.length && links.every(({ name }, at) => options[at]?.value === name);
    if (!isSame) {
      const chosen = this.#select.value;
      this.#select.replaceChildren(
        ...links.map(({ name, url }) => {
          const option = make('option', '', url);
          option.value = name;
          return option;
        }),
      );
      if (links.some(({ name }) => name === chosen)) this.#select.value = chosen;
    }
    this.#select.hidden = links.length < 2;
  }

  #showAwaited(status: DaemonStatus, link: LinkStatus): void {
    const lane = status.lanes.find((one) => !one.isSimulator && one.lane === link.name);
    const isReady = lane?.state === 'ready';
    this.#awaiting.dataset['tone'] = isReady ? 'good' : 'wait';
    setText(this.#awaiting, this.#awaitedText(lane, link));
  }

  #awaitedText(lane: LaneStatus | undefined, link: LinkStatus): string {
    if (lane?.state === 'ready') return this.#words.say('connected', { name: lane.lane });
    if (lane?.state === 'modelMissing') return this.#words.say('awaitingModel', { model: lane.model });
    if (lane !== undefined && isConnected(lane)) return this.#words.say('awaitingReady');
    if (link.error !== undefined) return this.#words.say('linkError', { link: link.url, error: link.error });
    return this.#words.say('awaiting', { link: link.url });
  }

  async #load(url: string): Promise<void> {
    this.#shownUrl = url;
    const query = new URLSearchParams({ link: url });
    // A link that listens everywhere is reached under the name by which this page was.
    if (/\/\/(0\.0\.0\.0|\[::\])/.test(url)) query.set('host', location.hostname);
    try {
      const response = await fetch(`api/mdf?${query}`);
      const text = response.ok
        ? await response.text()
        : ((await response.json()) as { error: { message: string } }).error.message;
      if (url === this.#shownUrl) this.#showLines(text, response.ok);
    } catch {
      // Asked again at the next change of state.
      if (url === this.#shownUrl) this.#shownUrl = '';
    }
  }

  #showLines(text: string, areLines: boolean): void {
    this.#lines = areLines ? text : '';
    this.#copy.hidden = !areLines;
    this.#mdf.replaceChildren(
      ...text
        .trimEnd()
        .split('\n')
        .filter((line) => !line.startsWith('#'))
        .flatMap((line, at) => (at === 0 ? [line] : ['\n', line])),
    );
  }

  async #copyLines(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.#lines);
      this.#copy.textContent = this.#words.say('copied');
    } catch {
      this.#copy.textContent = this.#words.say('copyFailed');
      getSelection()?.selectAllChildren(this.#mdf);
    }
    await sleep(this.#clock, COPIED_MS);
    this.#copy.textContent = this.#words.say('copy');
  }
}
