// What GitLab's schema of container scanning, 15.0.7, asks for, read out of it by hand: no package has that schema. Only what our
// report writes; each field has the rule of the original.

const text = { type: "string", minLength: 1 } as const;
const web = { type: "string", pattern: "^https?://.+" } as const;
const time = { type: "string", pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}$" } as const;
const tool = {
  type: "object",
  required: ["id", "name", "version", "vendor"],
  additionalProperties: false,
  properties: {
    id: text,
    name: text,
    version: text,
    vendor: { type: "object", required: ["name"], properties: { name: text } },
  },
} as const;

const identifier = {
  type: "object",
  required: ["type", "name", "value"],
  additionalProperties: false,
  properties: { type: text, name: text, value: text, url: web },
} as const;

const detail = {
  type: "object",
  required: ["name", "type"],
  properties: { name: text },
  oneOf: [
    { required: ["value"], properties: { type: { const: "text" }, value: { type: "string" } } },
    {
      required: ["file_name", "line_start"],
      properties: { type: { const: "file-location" }, file_name: text, line_start: { type: "integer" } },
    },
  ],
} as const;

const vulnerability = {
  type: "object",
  required: ["id", "identifiers", "location"],
  additionalProperties: false,
  properties: {
    id: { type: "string", pattern: "^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$" },
    name: { type: "string", maxLength: 255 },
    description: { type: "string", maxLength: 1_048_576 },
    severity: { enum: ["Info", "Unknown", "Low", "Medium", "High", "Critical"] },
    solution: { type: "string", maxLength: 7000 },
    identifiers: { type: "array", minItems: 1, items: identifier },
    links: { type: "array", items: { type: "object", required: ["url"], properties: { url: web } } },
    details: { type: "object", additionalProperties: detail },
    location: {
      type: "object",
      required: ["dependency", "operating_system", "image"],
      properties: {
        dependency: {
          type: "object",
          required: ["package", "version"],
          properties: {
            package: { type: "object", required: ["name"], properties: { name: { type: "string" } } },
            version: { type: "string" },
          },
        },
        operating_system: text,
        image: text,
      },
    },
  },
} as const;

/** JSON Schema of what is written for GitLab. */
export const gitlabSchema = {
  type: "object",
  required: ["scan", "version", "vulnerabilities", "remediations"],
  additionalProperties: false,
  properties: {
    version: { const: "15.0.7" },
    scan: {
      type: "object",
      required: ["analyzer", "end_time", "scanner", "start_time", "status", "type"],
      additionalProperties: false,
      properties: {
        analyzer: tool,
        scanner: tool,
        start_time: time,
        end_time: time,
        status: { enum: ["success", "failure"] },
        type: { const: "container_scanning" },
        messages: {
          type: "array",
          items: {
            type: "object",
            required: ["level", "value"],
            properties: { level: { enum: ["info", "warn", "fatal"] }, value: text },
          },
        },
      },
    },
    vulnerabilities: { type: "array", items: vulnerability },
    remediations: { type: "array", maxItems: 0 },
  },
} as const;
