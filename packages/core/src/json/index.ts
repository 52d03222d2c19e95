export { decodeUtf8 } from './decode-utf8.ts';
export { editTopLevel, scanTopLevel, type TopLevelField } from './edit-top-level.ts';
export { editField, editItems } from './edit-within.ts';
export type { JsonProblem } from './json-problem.ts';
export { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';
export { MAX_JSON_DEPTH, parseJson } from './parse-json.ts';
