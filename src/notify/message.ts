/** What a receiver is sent over HTTP. */
export interface HttpMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a receiver is sent by mail. */
export interface MailMessage {
  /** `Message-ID`: the same content has the same one, so that a mail that is sent twice is known. */
  readonly id: string;
  readonly subject: string;
  readonly text: string;
}
