/** What the client needs of a WebSocket: a browser's, or that of package `ws`. */
export interface ClientSocket {
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(data: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(
    type: 'close',
    listener: (event: { readonly code: number; readonly reason: string }) => void,
  ): void;
}

/** Begins to connect. Keys and versions are in `protocols`, where no header can be set. */
export type OpenClientSocket = (url: string, protocols: readonly string[]) => ClientSocket;

/** `ClientSocket.readyState` of one that takes data. */
export const SOCKET_OPEN = 1;
