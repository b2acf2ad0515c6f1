import Histories

/// Something that was written, put in, added or read: a value, and of which register of a
/// transaction.
public struct Item: Hashable, Sendable {
  /// The register inside a transaction; ``ValueTable/none`` where the object has but one.
  public var key: ValueID
  /// The value, element, token or identifier.
  public var value: ValueID

  /// A value, with the register that has it where a transaction has several.
  public init(_ value: ValueID, key: ValueID = ValueTable.none) {
    self.key = key
    self.value = value
  }
}

/// One thing that a sentence says about a history. It is true or false of the history alone.
///
/// Operations are indices in the history. *It may have done something* leaves out what failed; *it
/// did* means that the completion says so. What one may have brought is what it wrote, added, put
/// in or appended; a transaction brings what it wrote last to each register.
public enum Fact: Hashable, Sendable {
  /// One of the two events of an operation.
  public enum Half: Hashable, Sendable { case invocation, completion }
  /// What an operation may do to an item.
  public enum Act: Hashable, Sendable { case brings, removes }

  // MARK: Who, where, when

  /// Whose operation it is.
  case client(Int, Int64)
  /// Where it stands in the file: the lines of the invocation and of the completion, 0 for none.
  case lines(Int, Int32, Int32)
  /// When one of its events was, in nanoseconds.
  case time(Int, Half, Int64)
  /// Who answered.
  case node(Int, ValueID)
  /// What was asked for: the function and the value of the invocation.
  case asked(Int, String, ValueID)
  /// What became of it.
  case outcome(Int, Outcome)
  /// No line completes it.
  case unanswered(Int)
  /// What its completion names as its error.
  case error(Int, ValueID)
  /// A further field of one of its lines.
  case field(Int, Half, String, ValueID)
  /// What the header of the file says of the run.
  case header(String, String)
  /// A value that occurs in the operations of the key.
  case names(ValueID)

  // MARK: What it did

  /// It brings the item, if it happened.
  case brings(Int, Item)
  /// It writes the item and then, in the same transaction, another value to that register.
  case passes(Int, Item)
  /// It took the item out, or removes it, if it happened.
  case removes(Int, Item)
  /// Its answer shows the item.
  case shows(Int, Item)
  /// Its answer is about the item, or about all, and does not show it.
  case lacks(Int, Item)
  /// Its answer shows the item that many times.
  case showsTimes(Int, Item, Int)
  /// Its answer is a list with that element at that place, from 0.
  case showsAt(Int, Int, ValueID)
  /// Its answer is a list or a text of that length.
  case length(Int, Int)
  /// Its answer was “empty”.
  case foundNothing(Int)
  /// It was a compare-and-set that was told of another value.
  case mismatched(Int)
  /// A transaction read the item after it had written or read another value of that register.
  case contradictsItself(Int, Item, Item)

  // MARK: Order

  /// The one was over, and it is known that it happened or that it did not, before the other began.
  case precedes(Int, Int)
  /// How long after the end of the one the other began, in nanoseconds.
  case gap(Int, Int, Int64)
  /// The one number is less than the other.
  case less(ValueID, ValueID)

  // MARK: About all operations of the key

  /// It was there before the first operation.
  case initially(Item)
  /// No operation of any outcome brings or passes the item, and it was not there at first.
  case nobodyBrings(Item)
  /// Only these may have brought the item. Where another operation is named: only these of what
  /// had begun by its end.
  case onlyBringers([Int], Item, by: Int?)
  /// Whatever brings or passes the item and had begun by the end of an operation has failed.
  case bringersFailed(Item, by: Int)
  /// No answer shows the item.
  case nobodyShows(Item)
  /// No answer to what began after the end of an operation shows the item.
  case nobodyShowsAfter(Item, Int)
  /// Whatever may have done that to the item was over before the one began, or began after the
  /// end of the other. Where somebody is known to have taken it out, nobody else may have.
  case noneBetween(Act, Item, Int, Int)
  /// Nothing may ever have removed the item.
  case nobodyRemoves(Item)
  /// So many operations may have brought the item, and so many took it out.
  case counts(Item, brought: Int, taken: Int)
  /// So many writes were acknowledged before an operation began.
  case acknowledgedWrites(Int, before: Int)
  /// The operations are by themselves not linearizable.
  case noOrder([Int])
  /// What had begun by its completion has no order, and what was known just before it has one.
  case firstStuck(Int)
  /// Before its completion this state was possible, and the model's word on it.
  case stuck(Int, state: String, reason: String?)
  /// Some of these was certainly inside at each moment of an operation.
  case alwaysInside(Int, [Int])

  // MARK: Counters

  /// So many additions were acknowledged before an operation began.
  case acknowledgedAdditions(Int, before: Int)
  /// What the additions make it at least, and at most, at any moment of an operation.
  case sumIsAtLeast(Int64, Int), sumIsAtMost(Int64, Int)
  /// No addition that may have happened is negative.
  case nothingSubtracted

  // MARK: Locks

  /// The client has by the end of the other operation not begun to release what it got.
  case stillHolds(Int, by: Int)
  /// The release that lets go of what was got.
  case releasedBy(Int, Int)
  /// Nothing lets go of what was got.
  case neverReleased(Int)
  /// The client of a release did not hold anything; whether it ever tried.
  case heldNothing(Int, everAcquired: Bool)
  /// How many permits there are.
  case permits(Int)

  // MARK: Texts

  /// The text that was read has the other in it, lacks it, or begins with it.
  case textHas(Int, ValueID), textLacks(Int, ValueID), textBegins(Int, ValueID)
  /// The text that was read begins with nothing that was put by then; where an operation is named,
  /// with nothing that may have been put since that began.
  case beginsWithNoPut(Int, since: Int?)
  /// Nothing may have been put while the two were under way, nor between them.
  case noPutAround(Int, Int)
  /// Nothing may have been put at all.
  case nothingPut
  /// Nothing that was begun by then adds up to what was read.
  case noPiecesMake(Int)
  /// No text of any operation occurs in what was read.
  case noPieceIn(Int)
  /// The one text begins with the other.
  case textsPart(Int, Int)

  // MARK: Faults

  /// A fault: its name, its value, its ranks.
  case fault(String, ValueID, Int32, Int32)
  /// The fault that begins and ends there was on all the time that an operation took.
  case faultCovers(Int32, Int32, Int)
  /// The fault that begins and ends there was on at some time from the beginning of the one
  /// operation to the end of the other.
  case faultMeets(Int32, Int32, Int, Int)
  /// No fault was on from the beginning of the one operation to the end of the other.
  case noFault(Int, Int)
  /// The fault that ends there ended before an operation began, and none since.
  case lastFault(Int32, Int32, Int)
  /// No fault had begun by the end of an operation.
  case noFaultYet(Int)
  /// No fault was on, or began, after the beginning of an operation.
  case noFaultSince(Int)
}
