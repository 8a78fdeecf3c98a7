/** What operators are told, as JSON has it (without what is undefined): for the port behind it, and for the console. */
export interface ToldSettings {
  /** The settings file, without its folder; undefined: there is none. */
  readonly file: string | undefined;
  readonly settings: readonly ToldSetting[];
  readonly personas: readonly { readonly name: string; readonly isStandard: boolean }[];
  /** What became of changes while it runs. */
  readonly reload: {
    /** When changed settings were last taken, milliseconds since 1970. */
    readonly takenAtMs: number | undefined;
    /** The newest change was wrong: those from before hold. */
    readonly refused: { readonly atMs: number; readonly reason: string } | undefined;
  };
}

/** One setting, secrets masked. */
export interface ToldSetting {
  readonly key: string;
  readonly value: unknown;
  readonly origin: string;
  readonly flag: string | undefined;
  readonly env: string;
}

/** When the stages of one turn were reached. */
export interface ToldTurnTimes {
  /** Milliseconds since 1970. */
  readonly endedAtMs: number;
  /** The protocol it came by. */
  readonly protocol: string;
  /** Of the session; undefined for the conversation of the bridge's own page. */
  readonly session: string | undefined;
  readonly turn: number;
  readonly by: string;
  readonly outcome: string;
  /** Milliseconds after the user's words were complete, by stage. */
  readonly trace: Readonly<Record<string, number>>;
}

export interface KeptList {
  readonly store: string;
  /** Whether the settings keep nothing (any more): what is there is from before. */
  readonly isOff: boolean;
  readonly recordings: boolean;
  readonly sessions: readonly KeptSummary[];
}

export interface KeptSummary {
  readonly id: string;
  readonly user?: string | undefined;
  readonly lane?: string | undefined;
  readonly language?: string | undefined;
  readonly startedAtMs: number;
  readonly lastAtMs: number;
  readonly turns: number;
  readonly bytes: number;
}

export interface KeptRecord extends KeptSummary {
  readonly records: readonly KeptTurn[];
  readonly recordings: readonly { readonly turn: number; readonly side: 'user' | 'avatar' }[];
  readonly damagedLines: number;
}

export interface KeptTurn {
  readonly turn: number;
  readonly by: string;
  readonly startedAtMs: number;
  readonly user: string;
  readonly reply: string;
  readonly heard: string;
  readonly outcome: string;
  readonly error?: { readonly code: string; readonly message: string } | undefined;
  readonly trace: Readonly<Record<string, number>>;
}

export interface ToldComments {
  readonly isPaused: boolean;
  readonly waiting: number;
  readonly asking: ToldComment | undefined;
  readonly sources: readonly {
    readonly name: string;
    readonly type: string;
    readonly state: string;
    readonly reason: string | undefined;
  }[];
  readonly counts: {
    readonly accepted: number;
    readonly asked: number;
    readonly answered: number;
    readonly dropped: Readonly<Record<string, number>>;
  };
  /** Newest first, at most 50. */
  readonly drops: readonly (ToldComment & { readonly reason: string; readonly atMs: number })[];
}

export interface ToldComment {
  readonly source: string;
  readonly author: string;
  readonly text: string;
}
