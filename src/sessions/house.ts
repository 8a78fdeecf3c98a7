import { type ChatPorts, type ChatSettings, openShared, type SharedChat } from '../chat/index.js';
import { type Logger, RequestError } from '../runtime/index.js';

/** Who answers, by name: what `openChat` takes, besides what each session has of its own. */
export type Personas = Readonly<Record<string, ChatSettings>>;

export interface HousesOptions {
  readonly personas: Personas;
  /** The one for those who name none. */
  readonly standard: string;
  readonly ports: ChatPorts;
  readonly logger: Logger;
}

/** What was got ready stays so at least as long: engines end connections that nobody uses after about that time. */
const WARM_MS = 4000;

/** One persona, and what its sessions share. Opened with its first session, closed when it is outdated and the last has left. */
export class House {
  readonly persona: string;
  readonly settings: ChatSettings;
  readonly #ports: ChatPorts;
  #shared: Promise<SharedChat> | undefined;
  #guests = 0;
  #isOutdated = false;
  #warmedAtMs = Number.NEGATIVE_INFINITY;

  constructor(persona: string, settings: ChatSettings, ports: ChatPorts) {
    this.persona = persona;
    this.settings = settings;
    this.#ports = ports;
  }

  /** Whether its settings have changed since. */
  get isOutdated(): boolean {
    return this.#isOutdated;
  }

  /** @throws what `openShared` throws; the next call tries again. */
  shared(): Promise<SharedChat> {
    this.#shared ??= openShared(this.settings, this.#ports).catch((error: unknown) => {
      this.#shared = undefined;
      throw error;
    });
    return this.#shared;
  }

  /** @returns leaves; idempotent. */
  enter(): () => void {
    this.#guests++;
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      this.#guests--;
      if (this.#isOutdated && this.#guests === 0) void this.close();
    };
  }

  /** Whether who comes now has to get ready what is shared; for those who come right behind, it has done so. */
  takesWarmUp(nowMs: number): boolean {
    if (nowMs - this.#warmedAtMs < WARM_MS) return false;
    this.#warmedAtMs = nowMs;
    return true;
  }

  /** Goes on for those who are in it. */
  outdate(): void {
    this.#isOutdated = true;
    if (this.#guests === 0) void this.close();
  }

  async close(): Promise<void> {
    const shared = this.#shared;
    this.#shared = undefined;
    await (await shared?.catch(() => undefined))?.close();
  }
}

/** All personas, replaceable while sessions run: each session moves at its next turn. */
export class Houses {
  readonly #options: HousesOptions;
  readonly #all = new Map<string, House>();
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

  /** What differs from before is taken by sessions at their next turn. */
  replace(personas: Personas, standard: string): void {
    this.#standard = standard;
    for (const [name, house] of this.#all) {
      const settings = personas[name];
      if (settings !== undefined && JSON.stringify(settings) === JSON.stringify(house.settings)) continue;
      this.#all.delete(name);
      house.outdate();
      this.#options.logger.info({ persona: name, isThere: settings !== undefined }, 'Persona changed');
    }
    this.#fill(personas);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all.values()].map((house) => house.close()));
  }

  get #first(): House | undefined {
    return this.#all.values().next().value;
  }

  #fill(personas: Personas): void {
    const { ports } = this.#options;
    for (const [name, settings] of Object.entries(personas))
      if (!this.#all.has(name)) this.#all.set(name, new House(name, settings, ports));
  }
}
