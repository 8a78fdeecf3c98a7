/** What a page may know of a device; as the devices room lists them. */
export interface MachineDevice {
  readonly index: number;
  readonly id: string;
  readonly name: string;
  readonly channels: number | undefined;
  readonly sampleRatesHz: readonly number[] | undefined;
  readonly isDefault: boolean;
  readonly isMonitor: boolean;
}

/** The devices of one kind as one program names them. */
export interface MachineDeviceList {
  readonly kind: 'input' | 'output';
  readonly backend: string;
  readonly isAvailable: boolean;
  readonly reason: string | undefined;
  readonly devices: readonly MachineDevice[];
}

export interface MachineFindingText {
  readonly text: string;
  readonly remedy: string;
}

/** One thing that was looked at, with its texts, so that a page can change its language without asking again. */
export interface MachineFinding {
  readonly id: string;
  readonly level: 'ok' | 'info' | 'warning' | 'error';
  readonly area: string;
  readonly texts: { readonly en: MachineFindingText; readonly ja: MachineFindingText };
}

export interface ExamineOptions {
  /** Whether a short tone may be played. */
  readonly tone: boolean;
  /** Ends it early. */
  readonly signal: AbortSignal;
}

/** The machine on which this server runs, for the page's card of that name. The app puts devices and doctor behind it. */
export interface MachinePort {
  listDevices(): Promise<readonly MachineDeviceList[]>;
  /** Findings as they come; bounded in time. Leaving the loop early ends it. */
  examine(options: ExamineOptions): AsyncIterable<MachineFinding>;
  /** A report for asking others, as JSON without secrets. */
  report(options: ExamineOptions): Promise<string>;
}
