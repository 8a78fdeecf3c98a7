import { ConfigError, nearestName } from '../runtime/index.js';
import { requireName } from './define-tool.js';
import type { Tool } from './tool.js';
import type { SourcedTool, ToolSource } from './tool-source.js';

export interface TableEntry extends SourcedTool {
  /** It comes from a source, not from this program. */
  readonly isForeign: boolean;
}

const MAX_NAME_CHARS = 64;
/** So many names are told to a model that called what is not there. */
const NEAREST_NAMES = 3;
const LISTED_NAMES = 30;

/**
 * All tools by the name under which a model calls them.
 *
 * The program's own keep their names. A tool of a source keeps its name when nothing else has it; else all sources' tools of that name
 * get their source's name in front, so that a name does not hang on which server answered first.
 */
export class ToolTable {
  readonly #own = new Map<string, Tool>();
  readonly #sources: readonly ToolSource[];
  #entries: ReadonlyMap<string, TableEntry> | undefined;

  constructor(sources: readonly ToolSource[]) {
    this.#sources = sources;
  }

  get entries(): ReadonlyMap<string, TableEntry> {
    this.#entries ??= this.#compiled();
    return this.#entries;
  }

  /** Tools that can be called now. */
  get available(): readonly Tool[] {
    return [...this.entries.values()].filter(({ lost }) => lost === undefined).map(({ tool }) => tool);
  }

  /** @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID */
  add(tool: Tool): void {
    requireName(tool.name);
    if (this.#own.has(tool.name)) {
      throw new ConfigError(
        'BRIDGE_ERR_CONFIG_INVALID',
        `There is a tool called ${tool.name} already. Rename this one, or remove the other first.`,
      );
    }
    this.#own.set(tool.name, tool);
    this.changed();
  }

  remove(name: string): boolean {
    const wasThere = this.#own.delete(name);
    if (wasThere) this.changed();
    return wasThere;
  }

  /** A source's list is another now. */
  changed(): void {
    this.#entries = undefined;
  }

  /** Tells a model that called what is not there what it may have meant. */
  unknownText(name: string): string {
    const names = [...this.entries.keys()];
    const near: string[] = [];
    while (near.length < NEAREST_NAMES) {
      const next = nearestName(
        name,
        names.filter((candidate) => !near.includes(candidate)),
      );
      if (next === undefined) break;
      near.push(next);
    }
    const shown = `There is no tool called ${JSON.stringify(name.slice(0, MAX_NAME_CHARS))}.`;
    if (near.length > 0) return `${shown} Did you mean ${near.join(' or ')}?`;
    if (names.length === 0) return `${shown} There are no tools; answer without one.`;
    return `${shown} There are: ${names.slice(0, LISTED_NAMES).join(', ')}${names.length > LISTED_NAMES ? ', …' : ''}.`;
  }

  #compiled(): ReadonlyMap<string, TableEntry> {
    const table = new Map<string, TableEntry>();
    for (const [name, tool] of this.#own) table.set(name, { tool, lost: undefined, isForeign: false });
    const holders = new Map<string, number>();
    for (const { entries } of this.#sources) {
      for (const { tool } of entries) holders.set(tool.name, (holders.get(tool.name) ?? 0) + 1);
    }
    for (const { name: source, entries } of this.#sources) {
      for (const { tool, lost } of entries) {
        const isShared = this.#own.has(tool.name) || (holders.get(tool.name) ?? 0) > 1;
        const name = freeName(isShared ? `${source}_${tool.name}` : tool.name, table);
        const named = name === tool.name ? tool : { ...tool, name };
        table.set(name, { tool: named, lost, isForeign: true });
      }
    }
    return table;
  }
}

/** The wanted name as models take it, with a number where it is taken. */
function freeName(wanted: string, table: ReadonlyMap<string, unknown>): string {
  const plain = wanted.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, MAX_NAME_CHARS);
  const base = plain === '' ? '_' : plain;
  let name = base;
  for (let count = 2; table.has(name); count++) {
    const end = `_${count}`;
    name = base.slice(0, MAX_NAME_CHARS - end.length) + end;
  }
  return name;
}
