import assert from "node:assert/strict";
import { test } from "node:test";
import { SeaworthyError } from "../core/errors.ts";
import { fillTemplate } from "./template.ts";

const json = JSON.stringify({
  name: "<b>\"a\" & 'b'</b>, @me\u001B[31m\n=1",
  list: [{ id: "A" }, { id: "B" }],
  none: null,
  no: [],
});

const rows: readonly [name: string, text: string, written: string][] = [
  ["a.txt", "{{#list}}{{id}},{{/list}}{{none}}{{^no}}!{{/no}}", "A,B,!"],
  ["a.txt", "{{name}}", "<b>\"a\" & 'b'</b>, @me\\u{1b}[31m\\u{a}=1"],
  ["a.html", "{{name}}", "&lt;b&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/b&gt;, @me\\u{1b}[31m&#10;=1"],
  ["a.html.mustache", "{{list.length}}", "2"],
  ["a.json.tpl", '"{{name}}"', JSON.stringify("<b>\"a\" & 'b'</b>, @me\u001B[31m\n=1")],
  ["a.csv", "{{name}}", '"<b>""a"" & \'b\'</b>, @me\u001B[31m\n=1"'],
  ["a.md", "{{name}}", "&lt;b&gt;\"a\" &amp; 'b'&lt;/b&gt;, @\u200Bme\\\\u{1b}&#91;31m\\\\u{a}=1"],
  ["a.html", "{{{name}}}", "<b>\"a\" & 'b'</b>, @me\u001B[31m\n=1"],
  [
    "a.txt",
    "[{{constructor}}{{__proto__}}{{list.map}}{{toString}}{{name.constructor}}{{list.constructor.name}}]",
    "[]",
  ],
  [
    "a.txt",
    "{{#constructor}}reached{{/constructor}}{{#list}}{{#constructor}}reached{{/constructor}}{{/list}}",
    "",
  ],
];

for (const [name, text, written] of rows)
  test(`fillTemplate() of ${name}: ${text}`, () => assert.equal(fillTemplate({ name, text }, json), written));

const broken: readonly [text: string, message: RegExp][] = [
  ["a\nb {{#list}}\n", /^read template "t\.txt": line 2, column 3: Unclosed section "list"$/],
  ["a\n {{name", /^read template "t\.txt": line 2, column 8: Unclosed tag$/],
  ["{{/list}}", /^read template "t\.txt": line 1, column 1: Unopened section "list"$/],
  ["{{> other}}", /^read template "t\.txt": .*other/],
];

for (const [text, message] of broken)
  test(`fillTemplate() refuses ${JSON.stringify(text)} and says where`, () =>
    assert.throws(
      () => fillTemplate({ name: "t.txt", text }, json),
      (error) => {
        assert.ok(error instanceof SeaworthyError);
        assert.match(error.message, message);
        return error.code === "malformed";
      },
    ));
