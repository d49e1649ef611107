/** What a receiver is sent over HTTP. */
export interface HttpMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a receiver is sent by mail. */
export interface MailMessage {
  readonly subject: string;
  readonly text: string;
}
