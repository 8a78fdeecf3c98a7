import { AvatarLane } from '../avatar/index.js';
import { type LinkSpec, linkUrl, maskLink } from '../config/index.js';
import type { LaneStatus, LinkStatus } from '../control/index.js';
import type { PaceScheduler, PacingObserver } from '../pacing/index.js';
import { type Clock, RequestError } from '../runtime/index.js';
import type { Link, PeerConnection } from '../transport/index.js';
import type { DaemonSettings } from './settings.js';

/** One link with the lanes it gave birth to. */
export interface LinkEntry {
  readonly spec: LinkSpec;
  readonly link: Link;
  /** By slot; 0 is there from the beginning. */
  readonly lanes: Map<number, AvatarLane>;
}

export interface LaneRegistryOptions {
  readonly settings: DaemonSettings;
  readonly clock: Clock;
  readonly scheduler: PaceScheduler;
  readonly observerFor: (lane: string) => PacingObserver;
  /** Called once for every lane, before it has a connection. */
  readonly onLane: (lane: AvatarLane) => void;
}

/** Knows which avatar is meant: links, their lanes, and the rule for a request that names none. */
export class LaneRegistry {
  readonly #options: LaneRegistryOptions;
  readonly #entries: LinkEntry[] = [];

  constructor(options: LaneRegistryOptions) {
    this.#options = options;
  }

  get entries(): readonly LinkEntry[] {
    return this.#entries;
  }

  get lanes(): AvatarLane[] {
    return this.#entries.flatMap((entry) => [...entry.lanes.values()]);
  }

  find(spec: LinkSpec): LinkEntry | undefined {
    return this.#entries.find((entry) => linkUrl(entry.spec) === linkUrl(spec));
  }

  /** @throws {RequestError} BRIDGE_ERR_CONFIG_LINK - another link has this name. */
  add(spec: LinkSpec, link: Link): LinkEntry {
    if (this.#entries.some((entry) => entry.spec.name === spec.name)) {
      throw new RequestError(
        'BRIDGE_ERR_CONFIG_LINK',
        `A link named ${spec.name} is there already, with another URL. Give this one a name of its own: --link NAME=URL`,
      );
    }
    const entry: LinkEntry = { spec, link, lanes: new Map() };
    this.#entries.push(entry);
    this.#lane(entry, 0);
    link.events.on('connection', (connection) => this.#connected(entry, connection));
    return entry;
  }

  remove(entry: LinkEntry): void {
    const index = this.#entries.indexOf(entry);
    if (index >= 0) this.#entries.splice(index, 1);
  }

  /** Whether `lane` is the built-in stand-in, whose end harms nobody. */
  isSimulator(lane: AvatarLane): boolean {
    return this.#entryOf(lane)?.spec.kind === 'simulator';
  }

  /** A real MMDAgent-EX is connected somewhere. */
  get isInUse(): boolean {
    return this.lanes.some((lane) => lane.isConnected && !this.isSimulator(lane));
  }

  /**
   * The lane a request means.
   *
   * Without a name: the one connected MMDAgent-EX; where none is connected the simulator, if there is one; else
   * the only lane there is, which will wait. Never a guess between two.
   *
   * @throws {RequestError} BRIDGE_ERR_LANE_UNKNOWN
   */
  resolve(name: string | undefined, needsSound: boolean): AvatarLane {
    const lanes = this.lanes;
    if (name !== undefined) {
      const named = lanes.find((lane) => lane.name === name);
      if (named !== undefined) return named;
      throw unknownLane(`Expected a lane of this daemon, got "${name}"`, lanes);
    }
    const fitting = lanes.filter((lane) => lane.carriesSound || !needsSound);
    const real = fitting.filter((lane) => !this.isSimulator(lane));
    const connected = real.filter((lane) => lane.isConnected);
    const choice = [
      connected,
      connected.length === 0 ? fitting.filter((lane) => this.isSimulator(lane)) : [],
      real,
    ];
    const candidates = choice.find((some) => some.length > 0) ?? [];
    const [only, second] = candidates;
    if (only !== undefined && second === undefined) return only;
    throw unknownLane(
      candidates.length === 0
        ? 'Expected a lane that can do this, there is none'
        : 'Several avatars fit, name one with --lane',
      candidates.length === 0 ? lanes : candidates,
    );
  }

  laneStatus(lane: AvatarLane): LaneStatus {
    const entry = this.#entryOf(lane);
    const { state, echoMs } = lane;
    return {
      lane: lane.name,
      link: entry === undefined ? '' : maskLink(linkUrl(entry.spec)),
      model: lane.model,
      state: state.status,
      isSimulator: this.isSimulator(lane),
      carriesSound: lane.carriesSound,
      ...('remoteAddress' in state ? { remoteAddress: state.remoteAddress } : {}),
      connections: lane.connectionCount,
      isSpeaking: lane.isSpeaking,
      bufferedMs: Math.round(lane.playout.bufferedMs(this.#options.clock.nowMs())),
      ...(echoMs === undefined ? {} : { echoMs: Math.round(echoMs * 10) / 10 }),
    };
  }

  linkStatus(entry: LinkEntry): LinkStatus {
    const { state } = entry.link;
    return {
      name: entry.spec.name,
      url: maskLink(linkUrl(entry.spec)),
      status: state.status,
      ...('error' in state ? { error: state.error.message } : {}),
    };
  }

  #entryOf(lane: AvatarLane): LinkEntry | undefined {
    return this.#entries.find((entry) => [...entry.lanes.values()].includes(lane));
  }

  #connected(entry: LinkEntry, connection: PeerConnection): void {
    this.#lane(entry, connection.slot).attach(connection);
  }

  #lane(entry: LinkEntry, slot: number): AvatarLane {
    const known = entry.lanes.get(slot);
    if (known !== undefined) return known;
    const { settings, clock, scheduler, observerFor, onLane } = this.#options;
    const name = slot === 0 ? entry.spec.name : `${entry.spec.name}-${slot}`;
    const lane = new AvatarLane({
      name,
      model: entry.spec.kind === 'simulator' ? entry.spec.model : settings.model,
      carriesSound: entry.link.carriesSound,
      latencyMs: settings.latencyMs,
      queueMessages: settings.queueMessages,
      queuePolicy: settings.queuePolicy,
      clock,
      scheduler,
      observer: observerFor(name),
    });
    entry.lanes.set(slot, lane);
    onLane(lane);
    return lane;
  }
}

function unknownLane(what: string, lanes: readonly AvatarLane[]): RequestError {
  const list =
    lanes.length === 0 ? 'none' : lanes.map((lane) => `${lane.name} (${lane.state.status})`).join(', ');
  return new RequestError('BRIDGE_ERR_LANE_UNKNOWN', `${what}. Lanes: ${list}`);
}
