/**
 * Imported for its effect, before anything loads the ONNX runtime: the runtime's Linux build keeps a device
 * id and a database of usage events in the user's cache folder and uploads them to its maker, unless this
 * variable is set when its library is loaded. It has to be set on the main thread: what a worker writes into
 * `process.env` does not reach native code.
 */
process.env['ORT_DISABLE_TELEMETRY'] = '1';
