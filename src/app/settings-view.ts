import { basename } from 'node:path';
import type { ToldSettings } from '../api/index.js';
import { type ResolvedConfig, shownConfig } from '../config/index.js';
import type { Clock } from '../runtime/index.js';

/** The settings as they hold now, for the console; follows what is read while it runs. */
export class SettingsView {
  readonly #clock: Pick<Clock, 'wallMs'>;
  #resolved: ResolvedConfig;
  #personas: ToldSettings['personas'];
  #takenAtMs: number | undefined;
  #refused: ToldSettings['reload']['refused'];

  constructor(
    clock: Pick<Clock, 'wallMs'>,
    resolved: ResolvedConfig,
    personas: { readonly names: readonly string[]; readonly standard: string },
  ) {
    this.#clock = clock;
    this.#resolved = resolved;
    this.#personas = toldPersonas(personas);
  }

  /** Changed settings were taken. */
  taken(
    resolved: ResolvedConfig,
    personas: { readonly names: readonly string[]; readonly standard: string },
  ): void {
    this.#resolved = resolved;
    this.#personas = toldPersonas(personas);
    this.#takenAtMs = this.#clock.wallMs();
    this.#refused = undefined;
  }

  /** Changed settings are wrong: those from before hold. */
  refused(reason: string): void {
    this.#refused = { atMs: this.#clock.wallMs(), reason };
  }

  told(): ToldSettings {
    const { configFile } = this.#resolved.config;
    return {
      file: configFile === undefined ? undefined : basename(configFile),
      settings: shownConfig(this.#resolved).map((one) =>
        one.key === 'configFile' && configFile !== undefined ? { ...one, value: basename(configFile) } : one,
      ),
      personas: this.#personas,
      reload: { takenAtMs: this.#takenAtMs, refused: this.#refused },
    };
  }
}

function toldPersonas({
  names,
  standard,
}: {
  readonly names: readonly string[];
  readonly standard: string;
}): ToldSettings['personas'] {
  return names.map((name) => ({ name, isStandard: name === standard }));
}
