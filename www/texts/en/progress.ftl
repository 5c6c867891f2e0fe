# Progress: kept, shared, and begun anew.

share = Share my progress
not-kept = This browser keeps nothing for this page. Your progress is gone when you close it; a link keeps it.
old-copy = You are working on your own copy from { $day }.
begin-anew = Start anew
begin-anew-title = Forget this lesson's progress and edits, and start with a new hub

# A link that carries progress.

shared-title = Shared progress
shared-lead = This link holds progress in these lessons.
shared-effect = If you take it over, these steps count as passed beside your own, and these settings replace yours. Nothing else changes.
shared-take = Take it over
shared-leave = Keep mine
shared-unreadable = This link cannot be read. It may be cut off, or made by another version of this page. Ask for the whole link; your own progress is as it was.
shared-empty = This link holds nothing that this page knows. Your own progress is as it was.
