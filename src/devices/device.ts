/** A microphone or loudspeaker as one program on this machine names it. */
export interface Device {
  readonly kind: 'input' | 'output';
  /** The program through which it is reached: one physical device stands once under each that knows it. */
  readonly backend: string;
  /** Counts from 0 within the lists of one kind and backend; what `--input-device 2` means with that backend. */
  readonly index: number;
  /** What the program takes as its device argument; stays the same across restarts where the system allows. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** As the device itself has them; undefined where the program does not tell. */
  readonly channels: number | undefined;
  readonly sampleRatesHz: readonly number[] | undefined;
  readonly isDefault: boolean;
  /** An input that hears what an output plays: a loopback. */
  readonly isMonitor: boolean;
}

/** One backend's part of `devices`. */
export interface DeviceList {
  readonly kind: 'input' | 'output';
  readonly backend: string;
  /** False: the program is not installed, or does not run here; `reason` says so and what to install. */
  readonly isAvailable: boolean;
  readonly reason: string | undefined;
  readonly devices: readonly Device[];
}
