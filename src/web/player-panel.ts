import type { DaemonStatus } from '../control/messages.js';
import type { BridgeView } from './bridge-view.js';
import { byId, setText } from './dom.js';
import { takeChosenFiles } from './file-drops.js';
import { type Target, targetOf } from './lane-choice.js';
import type { LanesPanel } from './lanes-panel.js';
import { type PlayState, play } from './play-request.js';
import type { TapPlayer } from './tap-player.js';
import type { Words } from './words.js';

/** Ways to speak: panes of the player. */
export type Way = 'text' | 'talk' | 'file' | 'mic' | 'lips';

/** How long a change of who speaks is pointed out. */
const FRESH_MS = 8000;
/** After the page's own sound has ended a status may still be on its way that says it speaks. */
const STALE_MS = 1500;

/** The buttons that make sound, where it goes, and how far it has been heard. */
export class PlayerPanel {
  readonly #words: Words;
  readonly #bridge: BridgeView;
  readonly #lanes: LanesPanel;
  readonly #player: TapPlayer;
  readonly #playButton = byId('play-sample', HTMLButtonElement);
  readonly #stopButton = byId('stop', HTMLButtonElement);
  readonly #target = byId('target');
  readonly #failure = byId('play-error');
  readonly #timeline = byId('timeline');
  readonly #track = byId('track');
  readonly #heard = byId('heard');
  readonly #elsewhere = byId('elsewhere');
  #status: DaemonStatus | undefined;
  #state: PlayState = { status: 'idle' };
  /** Only the newest request is shown; those before it were interrupted by it. */
  #turn = 0;
  #lastKind: Target['kind'] | undefined;
  #way: Way = 'text';
  #micLane: string | undefined;
  #freshUntilMs = 0;
  #staleUntilMs = 0;

  constructor(words: Words, bridge: BridgeView, lanes: LanesPanel, player: TapPlayer) {
    this.#words = words;
    this.#bridge = bridge;
    this.#lanes = lanes;
    this.#player = player;
    this.#playButton.addEventListener('click', () => this.play(undefined));
    this.#stopButton.addEventListener('click', () => void this.#stop());
    lanes.events.on('chosen', () => this.#show());
    words.events.on('changed', () => this.#show());
    bridge.events.on('link', () => this.#show());
    takeChosenFiles('file', (files) => this.play(files[0]));
    this.#show();
  }

  /** How it is spoken now: the line under the face tells where the sound is then. */
  set way(way: Way) {
    this.#way = way;
    this.#show();
  }

  /** Lane that this page's microphone speaks through: that is no other program. */
  set micLane(lane: string | undefined) {
    this.#micLane = lane;
  }

  update(status: DaemonStatus): void {
    this.#status = status;
    this.#show();
  }

  /** Has a file spoken; undefined: the sample. */
  play(file: File | undefined): void {
    this.#player.unlock();
    const turn = ++this.#turn;
    const name = file === undefined ? '' : file.name;
    void play({ name, file, lane: this.#lanes.chosen }, (state) => {
      if (turn !== this.#turn) return;
      this.#state = state;
      if (state.status === 'ended' || state.status === 'failed')
        this.#staleUntilMs = performance.now() + STALE_MS;
      this.#show();
    });
  }

  async #stop(): Promise<void> {
    const state = this.#state;
    const target = this.#targetNow();
    const lane = state.status === 'speaking' ? state.lane : 'lane' in target ? target.lane.lane : undefined;
    const query = lane === undefined ? '' : `?${new URLSearchParams({ lane })}`;
    // When the server is gone the page says so already.
    await fetch(`api/interrupt${query}`, { method: 'POST' }).catch(() => {});
    await this.#bridge.refresh();
  }

  #targetNow(): Target {
    return targetOf(this.#status?.lanes ?? [], this.#lanes.chosen);
  }

  #show(): void {
    const target = this.#targetNow();
    const isOnline = this.#bridge.link === 'online';
    const isActive = this.#state.status === 'sending' || this.#state.status === 'speaking';
    const isStale = performance.now() < this.#staleUntilMs;
    const isOther = !isActive && !isStale && 'lane' in target && target.lane.isSpeaking;
    this.#playButton.disabled = !isOnline;
    this.#stopButton.disabled = !isOnline || !(isActive || isOther);
    this.#showTarget(target, isOnline);
    this.#showPlay(target, isOther);
    this.#showElsewhere(target, isOther);
  }

  #showTarget(target: Target, isOnline: boolean): void {
    const previous = this.#lastKind;
    if (isOnline && this.#status !== undefined && target.kind !== previous) {
      this.#lastKind = target.kind;
      const isNews = target.kind === 'real' || (target.kind === 'simulator' && previous === 'real');
      this.#freshUntilMs = previous !== undefined && isNews ? performance.now() + FRESH_MS : 0;
    }
    const isFresh = isOnline && performance.now() < this.#freshUntilMs;
    const key = `${this.#way}${isOnline}${target.kind}${isFresh}${document.documentElement.lang}${'lane' in target ? target.lane.lane : ''}`;
    // Said again only when it changed: the line is read aloud.
    if (this.#target.dataset['said'] === key) return;
    this.#target.dataset['said'] = key;
    this.#target.dataset['kind'] = target.kind;
    this.#target.dataset['fresh'] = String(isFresh);
    this.#target.replaceChildren(...this.#targetText(target, isOnline, isFresh));
  }

  #targetText(target: Target, isOnline: boolean, isFresh: boolean): (Node | string)[] {
    const words = this.#words;
    if (!isOnline || this.#status === undefined) return [words.say('targetLost')];
    const here = words.say('targetSimulatorHere');
    const isOwn = this.#way === 'mic' || this.#way === 'lips';
    if (isOwn && !isFresh && (target.kind === 'simulator' || target.kind === 'real')) {
      const name = target.lane.lane;
      return words.sayBold(this.#way === 'mic' ? 'targetMic' : 'targetLips', { here, name });
    }
    switch (target.kind) {
      case 'simulator':
        return words.sayBold(isFresh ? 'targetBackNow' : 'targetSimulator', { here });
      case 'real':
        return words.sayBold(isFresh ? 'targetRealNow' : 'targetReal', { name: target.lane.lane });
      case 'waiting':
        return words.sayBold('targetWaiting', { name: target.lane.lane });
      case 'several':
        return [words.say('targetSeveral')];
      case 'none':
        return [words.say('targetNone')];
    }
  }

  #showPlay(target: Target, isOther: boolean): void {
    const state = this.#state;
    const words = this.#words;
    this.#failure.hidden = state.status !== 'failed';
    if (state.status === 'failed' && this.#failure.dataset['said'] !== `${this.#turn}${words.say('stop')}`) {
      this.#failure.dataset['said'] = `${this.#turn}${words.say('stop')}`;
      this.#failure.replaceChildren(...words.sayError(state.error));
    }
    const isBounded = state.status === 'speaking' && state.durationMs !== undefined;
    this.#timeline.dataset['status'] =
      state.status === 'sending'
        ? 'waiting'
        : state.status === 'speaking' && !isBounded
          ? 'unbounded'
          : state.status;
    const part =
      state.status === 'speaking' && state.durationMs !== undefined
        ? Math.min(1, state.heardMs / Math.max(1, state.durationMs))
        : state.status === 'ended' && state.isWhole
          ? 1
          : 0;
    this.#heard.style.transform =
      isBounded || part > 0 ? `translateX(${(100 * part - 100).toFixed(2)}%)` : '';
    this.#track.setAttribute('aria-valuenow', String(Math.round(100 * part)));
    const name = state.status === 'idle' || state.name !== '' ? '' : words.say('sample');
    setText(
      byId('play-name'),
      isOther ? this.#otherText(target) : name || ('name' in state ? state.name : ''),
    );
    setText(byId('play-time'), isOther ? '' : this.#timeText());
  }

  #otherText(target: Target): string {
    const lane = 'lane' in target ? target.lane.lane : undefined;
    return lane !== undefined && lane === this.#micLane
      ? this.#words.say('micHeard', { name: lane })
      : this.#words.say('someoneElse');
  }

  #timeText(): string {
    const state = this.#state;
    switch (state.status) {
      case 'idle':
      case 'failed':
        return '';
      case 'sending':
        return this.#words.say('sending');
      case 'speaking':
        return state.durationMs === undefined
          ? clockText(state.heardMs)
          : `${clockText(state.heardMs)} / ${clockText(state.durationMs + 500)}`;
      case 'ended':
        return this.#words.say(state.isWhole ? 'ended' : 'interrupted', { time: clockText(state.heardMs) });
    }
  }

  #showElsewhere(target: Target, isOther: boolean): void {
    const state = this.#state;
    const isReal = target.kind === 'real';
    const isSpeaking = state.status === 'speaking' && 'lane' in target && state.lane === target.lane.lane;
    byId('stage').dataset['where'] = isReal ? 'elsewhere' : 'here';
    this.#elsewhere.hidden = !isReal;
    if (!isReal) return;
    const text = isSpeaking
      ? this.#words.say('elsewhereAt', { time: clockText(state.heardMs) })
      : this.#words.say(isOther ? 'elsewhere' : 'elsewhereIdle');
    setText(this.#elsewhere, text);
  }
}

/** Minutes and seconds. */
export function clockText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
