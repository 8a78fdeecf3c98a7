import type { ChatPorts, ChatSettings, openShared, SharedChat } from '../chat/index.js';
import { type Logger, RequestError } from '../runtime/index.js';
import { sameSettings } from './same-settings.js';

/** Who answers, by name: what `openChat` takes, besides what each session has of its own. */
export type Personas = Readonly<Record<string, ChatSettings>>;

export interface HousesOptions {
  readonly personas: Personas;
  /** The one for those who name none. */
  readonly standard: string;
  readonly ports: ChatPorts;
  readonly logger: Logger;
  /** @default openShared */
  readonly open?: typeof openShared | undefined;
}

/** What was got ready stays so at least as long: engines end connections that nobody uses after about that time. */
const WARM_MS = 4000;

/** All that a conversation needs is loaded with the first one: servers are up before, and some never have any. */
const openLate: typeof openShared = async (settings, ports) => {
  const chat = await import('../chat/index.js');
  return chat.openShared(settings, ports);
};

/** One persona, and what its sessions share. Opened with its first session, closed when it is outdated and the last has left. */
export class House {
  readonly persona: string;
  readonly settings: ChatSettings;
  readonly #ports: ChatPorts;
  readonly #open: typeof openShared;
  #shared: Promise<SharedChat> | undefined;
  /** Settles when everything that was open is closed. */
  #closing: Promise<unknown> = Promise.resolve();
  #onGone: () => void = () => {};
  #guests = 0;
  #isOutdated = false;
  #warmedAtMs = Number.NEGATIVE_INFINITY;

  constructor(persona: string, settings: ChatSettings, ports: ChatPorts, open = openLate) {
    this.persona = persona;
    this.settings = settings;
    this.#ports = ports;
    this.#open = open;
  }

  /** Whether its settings have changed since. */
  get isOutdated(): boolean {
    return this.#isOutdated;
  }

  /** @throws what `openShared` throws; the next call tries again. */
  shared(): Promise<SharedChat> {
    if (this.#shared !== undefined) return this.#shared;
    const shared = this.#open(this.settings, this.#ports);
    this.#shared = shared;
    shared.catch(() => {
      if (this.#shared === shared) this.#shared = undefined;
    });
    return shared;
  }

  /** @returns leaves; idempotent. */
  enter(): () => void {
    this.#guests++;
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      this.#guests--;
      this.#closeIfLeft();
    };
  }

  /** While this is done, its engines stay, whatever happens to the settings. */
  async within<T>(run: (shared: SharedChat) => Promise<T>): Promise<T> {
    const leave = this.enter();
    try {
      return await run(await this.shared());
    } finally {
      leave();
    }
  }

  /** Whether who comes now has to get ready what is shared; for those who come right behind, it has done so. */
  takesWarmUp(nowMs: number): boolean {
    if (nowMs - this.#warmedAtMs < WARM_MS) return false;
    this.#warmedAtMs = nowMs;
    return true;
  }

  /** Goes on for those who are in it. @param onGone - told when everything of it is closed. */
  outdate(onGone: () => void): void {
    this.#isOutdated = true;
    this.#onGone = onGone;
    this.#closeIfLeft();
  }

  /** Also waits for what is being closed already. */
  async close(): Promise<void> {
    const shared = this.#shared;
    this.#shared = undefined;
    const closed = shared?.then(
      (opened) => opened.close(),
      () => {},
    );
    this.#closing = Promise.all([this.#closing, closed]);
    await this.#closing;
  }

  #closeIfLeft(): void {
    if (this.#isOutdated && this.#guests === 0) void this.close().then(() => this.#onGone());
  }
}

/** All personas, replaceable while sessions run: each session moves at its next turn. */
export class Houses {
  readonly #options: HousesOptions;
  readonly #all = new Map<string, House>();
  /** Of settings that are gone, until the last has left them. */
  readonly #outdated = new Set<House>();
  #standard: string;

  constructor(options: HousesOptions) {
    this.#options = options;
    this.#standard = options.standard;
    this.#fill(options.personas);
  }

  get names(): readonly string[] {
    return [...this.#all.keys()];
  }

  has(persona: string | undefined): boolean {
    return this.#all.has(this.nameOf(persona));
  }

  /** The name of the standard one where none is given. */
  nameOf(persona: string | undefined): string {
    return persona ?? this.#standard;
  }

  /** @throws {RequestError} BRIDGE_ERR_TALK_UNKNOWN */
  get(persona: string | undefined): House {
    const house = this.#all.get(this.nameOf(persona)) ?? (persona === undefined ? this.#first : undefined);
    if (house !== undefined) return house;
    throw new RequestError(
      'BRIDGE_ERR_TALK_UNKNOWN',
      `Expected one of the personas ${this.names.join(', ')}, got ${JSON.stringify(persona?.slice(0, 40))}`,
    );
  }

  /** What differs from before (see `sameSettings`) is taken by sessions at their next turn. */
  replace(personas: Personas, standard: string): void {
    this.#standard = standard;
    for (const [name, house] of this.#all) {
      const settings = Object.hasOwn(personas, name) ? personas[name] : undefined;
      if (settings !== undefined && sameSettings(settings, house.settings)) continue;
      this.#all.delete(name);
      this.#outdated.add(house);
      house.outdate(() => this.#outdated.delete(house));
      this.#options.logger.info({ persona: name, isThere: settings !== undefined }, 'Persona changed');
    }
    this.#fill(personas);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all.values(), ...this.#outdated].map((house) => house.close()));
  }

  get #first(): House | undefined {
    return this.#all.values().next().value;
  }

  #fill(personas: Personas): void {
    const { ports, open } = this.#options;
    for (const [name, settings] of Object.entries(personas))
      if (!this.#all.has(name)) this.#all.set(name, new House(name, settings, ports, open));
  }
}
