/** How to tell the Maven group of a jar that does not say it: the artifact's name, and where its classes must lie for this to be it. */
interface KnownGroup {
  readonly artifact: RegExp;
  readonly group: string;
  readonly classes: RegExp;
  readonly version?: RegExp;
}

const same = "same as the artifact";

/**
 * Groups of artifacts that are built without Maven, so that no pom.properties tells the group (https://central.sonatype.com has each of them).
 * Only names whose group is certain once the classes lie where that project's do.
 */
const known: readonly KnownGroup[] = [
  {
    artifact:
      /^spring-(?:aop|aspects|beans|context(?:-indexer|-support)?|core(?:-test)?|expression|instrument|jdbc|jms|messaging|orm|oxm|r2dbc|test|tx|web|webflux|webmvc(?:-portlet)?|websocket)$/,
    group: "org.springframework",
    classes: /^org\/springframework\//,
  },
  { artifact: /^spring-jcl$/, group: "org.springframework", classes: /^org\/apache\/commons/ },
  {
    artifact: /^spring-boot(?:-(?!admin)[a-z0-9-]+)?$/,
    group: "org.springframework.boot",
    classes: /^org\/springframework\/boot/,
  },
  {
    artifact: /^spring-security-(?!oauth2$|jwt$)[a-z0-9-]+$/,
    group: "org.springframework.security",
    classes: /^org\/springframework\/security/,
  },
  {
    artifact: /^spring-integration-[a-z0-9-]+$/,
    group: "org.springframework.integration",
    classes: /^org\/springframework\/integration/,
  },
  {
    artifact: /^spring-batch-[a-z0-9-]+$/,
    group: "org.springframework.batch",
    classes: /^org\/springframework\/batch/,
  },
  {
    artifact: /^spring-session-[a-z0-9-]+$/,
    group: "org.springframework.session",
    classes: /^org\/springframework\/session/,
  },
  { artifact: /^spring-kafka$/, group: "org.springframework.kafka", classes: /^org\/springframework\/kafka/ },
  {
    artifact: /^spring-(?:amqp|rabbit)$/,
    group: "org.springframework.amqp",
    classes: /^org\/springframework\/amqp/,
  },
  {
    artifact: /^spring-ldap-core$/,
    group: "org.springframework.ldap",
    classes: /^org\/springframework\/ldap/,
  },
  {
    artifact: /^spring-graphql$/,
    group: "org.springframework.graphql",
    classes: /^org\/springframework\/graphql/,
  },
  {
    artifact: /^tomcat-embed-[a-z-]+$/,
    group: "org.apache.tomcat.embed",
    classes: /^(?:org\/apache|javax|jakarta)\//,
  },
  {
    artifact: /^tomcat-(?!embed)[a-z0-9-]+$/,
    group: "org.apache.tomcat",
    classes: /^(?:org\/apache|javax|jakarta)\//,
  },
  {
    artifact: /^bc(?:prov|pkix|util|mail|jmail|pg|tls|mls|test)(?:-ext|-debug)*-(?:jdk|lts)[a-z0-9]+$/,
    group: "org.bouncycastle",
    classes: /^org\/bouncycastle/,
  },
  {
    artifact: /^bc-?(?:pkix|pg|tls|util|mail)?-fips$/,
    group: "org.bouncycastle",
    classes: /^org\/bouncycastle/,
  },
  {
    artifact: /^kafka(?:-[a-z0-9-]+|_2\.\d+)?$/,
    group: "org.apache.kafka",
    classes: /^(?:org\/apache\/)?kafka/,
  },
  { artifact: /^lucene-[a-z0-9-]+$/, group: "org.apache.lucene", classes: /^org\/apache\/lucene/ },
  { artifact: /^solr-[a-z0-9-]+$/, group: "org.apache.solr", classes: /^org\/apache\/solr/ },
  { artifact: /^elasticsearch$/, group: "org.elasticsearch", classes: /^org\/elasticsearch\// },
  { artifact: /^opensearch$/, group: "org.opensearch", classes: /^org\/opensearch\// },
  { artifact: /^zookeeper$/, group: "org.apache.zookeeper", classes: /^org\/apache\/zookeeper/ },
  { artifact: /^grpc-[a-z0-9-]+$/, group: "io.grpc", classes: /^io\/grpc/ },
  { artifact: /^perfmark-(?:api|impl)$/, group: "io.perfmark", classes: /^io\/perfmark/ },
  { artifact: /^opencensus-[a-z-]+$/, group: "io.opencensus", classes: /^io\/opencensus/ },
  {
    artifact: /^protobuf-(?:java|java-util|javalite|kotlin)$/,
    group: "com.google.protobuf",
    classes: /^com\/google\/protobuf/,
  },
  {
    artifact: /^mongodb-[a-z-]+$|^mongo-java-driver$|^bson(?:-[a-z-]+)?$/,
    group: "org.mongodb",
    classes: /^(?:com\/mongodb|org\/bson)/,
  },
  {
    artifact: /^kotlin-(?!maven)[a-z0-9-]+$/,
    group: "org.jetbrains.kotlin",
    classes: /^(?:kotlin|org\/jetbrains\/kotlin)/,
  },
  { artifact: /^kotlinx-[a-z0-9-]+$/, group: "org.jetbrains.kotlinx", classes: /^kotlinx/ },
  { artifact: /^annotations$/, group: "org.jetbrains", classes: /^org\/jetbrains\/annotations/ },
  { artifact: /^ktor-[a-z0-9-]+$/, group: "io.ktor", classes: /^io\/ktor/ },
  {
    artifact: /^(?:okhttp(?:-[a-z0-9-]+)?|logging-interceptor|mockwebserver)$/,
    group: "com.squareup.okhttp3",
    classes: /^(?:okhttp3|mockwebserver3)/,
  },
  { artifact: /^okio(?:-jvm)?$/, group: "com.squareup.okio", classes: /^okio/ },
  {
    artifact: /^(?:retrofit|converter-[a-z]+|adapter-[a-z0-9]+)$/,
    group: "com.squareup.retrofit2",
    classes: /^retrofit2/,
  },
  { artifact: /^moshi(?:-[a-z]+)?$/, group: "com.squareup.moshi", classes: /^com\/squareup\/moshi/ },
  { artifact: /^rxjava$/, group: "io.reactivex", classes: /^rx\// },
  { artifact: /^rxjava$/, group: "io.reactivex.rxjava2", classes: /^io\/reactivex/, version: /^2\./ },
  { artifact: /^rxjava$/, group: "io.reactivex.rxjava3", classes: /^io\/reactivex\/rxjava3/ },
  { artifact: /^reactive-streams$/, group: "org.reactivestreams", classes: /^org\/reactivestreams/ },
  { artifact: /^caffeine$/, group: "com.github.ben-manes.caffeine", classes: /^com\/github\/benmanes/ },
  {
    artifact: /^resilience4j-[a-z0-9-]+$/,
    group: "io.github.resilience4j",
    classes: /^io\/github\/resilience4j/,
  },
  { artifact: /^hibernate-core$/, group: "org.hibernate", classes: /^org\/hibernate\//, version: /^[345]\./ },
  {
    artifact: /^hibernate-core$/,
    group: "org.hibernate.orm",
    classes: /^org\/hibernate\//,
    version: /^[67]\./,
  },
  {
    artifact: /^asm(?:-(?:all|analysis|commons|tree|util|xml))?$/,
    group: "org.ow2.asm",
    classes: /^org\/objectweb\/asm/,
    version: /^(?:[4-9]|\d\d)\b/,
  },
  {
    artifact: /^asm(?:-(?:all|analysis|attrs|commons|tree|util|xml))?$/,
    group: "asm",
    classes: /^org\/objectweb\/asm/,
    version: /^[1-3]\./,
  },
  { artifact: /^aspectj(?:rt|weaver|tools|matcher)$/, group: "org.aspectj", classes: /^org\/aspectj/ },
  {
    artifact: /^groovy(?:-[a-z0-9-]+)?$/,
    group: "org.codehaus.groovy",
    classes: /^(?:groovy|org\/codehaus\/groovy|org\/apache\/groovy)/,
    version: /^[1-3]\./,
  },
  {
    artifact: /^groovy(?:-[a-z0-9-]+)?$/,
    group: "org.apache.groovy",
    classes: /^(?:groovy|org\/codehaus\/groovy|org\/apache\/groovy)/,
    version: /^[45]\./,
  },
  { artifact: /^scala3?-(?:library|reflect|compiler)(?:_3)?$/, group: "org.scala-lang", classes: /^scala/ },
  { artifact: /^h2$/, group: "com.h2database", classes: /^org\/h2/ },
  { artifact: /^hsqldb$/, group: "org.hsqldb", classes: /^org\/hsqldb/, version: /^[2-9]/ },
  {
    artifact: /^derby(?:client|net|tools|shared)?$/,
    group: "org.apache.derby",
    classes: /^org\/apache\/derby/,
  },
  {
    artifact: /^postgresql$/,
    group: "org.postgresql",
    classes: /^org\/postgresql/,
    version: /^(?:42|9\.[34])/,
  },
  { artifact: /^mysql-connector-java$/, group: "mysql", classes: /^com\/mysql/ },
  { artifact: /^mysql-connector-j$/, group: "com.mysql", classes: /^com\/mysql/ },
  {
    artifact: /^c3p0$|^mchange-commons-java$/,
    group: "com.mchange",
    classes: /^com\/mchange/,
    version: /^0\.(?:9\.[2-9]|9\.5|[1-8]|1\d)/,
  },
  { artifact: /^jna(?:-platform)?$/, group: "net.java.dev.jna", classes: /^com\/sun\/jna/ },
  { artifact: /^lz4-java$/, group: "org.lz4", classes: /^net\/jpountz/ },
  { artifact: /^rhino(?:-[a-z]+)?$/, group: "org.mozilla", classes: /^org\/mozilla/ },
  { artifact: /^freemarker$/, group: "org.freemarker", classes: /^freemarker/ },
  { artifact: /^velocity$/, group: "org.apache.velocity", classes: /^org\/apache\/velocity/ },
  {
    artifact: /^(?:ant|ant-[a-z0-9-]+)$/,
    group: "org.apache.ant",
    classes: /^org\/apache\/tools/,
    version: /^1\.(?:[789]|1\d)/,
  },
  {
    artifact: /^poi(?:-[a-z0-9-]+)?$/,
    group: "org.apache.poi",
    classes: /^org\/(?:apache\/poi|openxmlformats)/,
  },
  { artifact: /^xmlbeans$/, group: "org.apache.xmlbeans", classes: /^org\/apache\/xmlbeans/ },
  { artifact: /^log4j$/, group: same, classes: /^org\/apache\/log4j/ },
  {
    artifact: /^(?:antlr|xml-apis|xmlpull|xalan|junit|cglib)$/,
    group: same,
    classes: /^(?:antlr|org\/(?:w3c|xmlpull|apache\/xalan|junit)|junit|net\/sf\/cglib)/,
  },
  { artifact: /^serializer$/, group: "xalan", classes: /^org\/apache\/xml/ },
  { artifact: /^xercesImpl$/, group: "xerces", classes: /^org\/apache\/xerces/ },
  { artifact: /^dom4j$/, group: same, classes: /^org\/dom4j/, version: /^1\./ },
  { artifact: /^dom4j$/, group: "org.dom4j", classes: /^org\/dom4j/, version: /^2\./ },
  {
    artifact:
      /^commons-(?:beanutils|chain|cli|codec|collections|configuration|daemon|dbcp|dbutils|digester|discovery|el|fileupload|httpclient|io|jelly|jexl|jxpath|lang|launcher|logging|modeler|net|pool|primitives|validator)$/,
    group: same,
    classes: /^org\/apache\/commons/,
  },
  { artifact: /^hamcrest(?:-[a-z]+)?$/, group: "org.hamcrest", classes: /^org\/hamcrest/ },
  { artifact: /^junit-jupiter(?:-[a-z]+)?$/, group: "org.junit.jupiter", classes: /^org\/junit\/jupiter/ },
  { artifact: /^junit-platform-[a-z-]+$/, group: "org.junit.platform", classes: /^org\/junit\/platform/ },
  { artifact: /^junit-vintage-engine$/, group: "org.junit.vintage", classes: /^org\/junit\/vintage/ },
  { artifact: /^opentest4j$/, group: "org.opentest4j", classes: /^org\/opentest4j/ },
  { artifact: /^apiguardian-api$/, group: "org.apiguardian", classes: /^org\/apiguardian/ },
  { artifact: /^mockito-[a-z-]+$/, group: "org.mockito", classes: /^org\/mockito/ },
  { artifact: /^checker(?:-[a-z]+)?$/, group: "org.checkerframework", classes: /^org\/checkerframework/ },
  { artifact: /^lombok$/, group: "org.projectlombok", classes: /^lombok/ },
];

/** The group of a well-known artifact whose classes lie in `packages`; where there are no classes (starters) the name decides. */
export function knownGroup(
  artifact: string,
  version: string,
  packages: ReadonlySet<string>,
): string | undefined {
  const found = known.find(
    (one) =>
      one.artifact.test(artifact) &&
      one.version?.test(version) !== false &&
      (packages.size === 0 || [...packages].some((directory) => one.classes.test(directory))),
  );
  return found?.group === same ? artifact : found?.group;
}
