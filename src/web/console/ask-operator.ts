import type { BridgeApi } from '../../api/client/index.js';

/** What only operators are told, as JSON. @throws {ApiError} */
export async function askOperator<T>(api: BridgeApi, path: string, body?: object): Promise<T> {
  const asked =
    body === undefined ? {} : { method: 'PUT', body: JSON.stringify(body), type: 'application/json' };
  return (await (await api.rest.ask(`operator/${path}`, asked)).json()) as T;
}
