/** The platform's own WebSocket; absent where there is none. */
export const PlatformWebSocket: typeof WebSocket | undefined = globalThis.WebSocket;
